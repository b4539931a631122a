import { sql } from 'kysely'
import { ProviderFailure, type ProviderProof, proofOf, secondsAfter } from '../../kernel/index.ts'
import type { GatewayContext } from '../context.ts'
import type { GatewayPaymentIds, GatewayRefund, GatewayRefundReason, RefundedPayment } from '../gateway.ts'
import { referenceOf, type SentRefund } from './claim.ts'
import { leaseOf, type Shown } from './hold-lease.ts'

/** The outcome of sending a refund or asking about it. */
export type RefundAnswer = { refund: SentRefund } & (
  | { heard: GatewayRefund[] }
  /** It was called, or looked for, and nothing that was heard ends it. */
  | { failure: ProviderFailure; proof: ProviderProof }
  /**
   * Its call is lost, and nothing shows it. `over`: its key's time is up, so that nothing is sent any more;
   * `isMute`: nor is it before. `mayBe`: the provider's id of one that may be it, for it has no reference.
   */
  | { shown: Shown; over: boolean; isMute: boolean; mayBe: string | undefined }
)

/**
 * Sends a refund, or asks about one. The provider promises nothing of a repeated request, so that one whose
 * outcome is unknown is looked for: in the lists of its payment, in the provider's book by its reference, and
 * in what the payment says was refunded. Only what is in none of them after the lists' lag goes out again,
 * under the same key; and nothing goes out after the key's time. Of a payment that does not say what was
 * refunded (cards, QRIS), or that has one of the same amount without a reference, nothing goes out again: a
 * list that lags longer would make it two, and a person decides. A new attempt looks for the ones before it
 * first, for a refund that failed may have gone back after all.
 */
export async function askRefund(context: GatewayContext, refund: SentRefund): Promise<RefundAnswer> {
  try {
    const known = await findById(context, refund)
    if (known) return { refund, heard: [known] }
    const isFirst = refund.calls === 0
    if (isFirst && refund.attempt === 1 && refund.status === 'submitted') return await call(context, refund)
    const ids = await idsOf(context, refund)
    const all = await context.gateway.findRefunds(ids)
    const ours = all.filter((otherRefund) => isOf(refund, otherRefund))
    const heard = isFirst
      ? ours.filter(mayHaveGone)
      : ours.filter((otherRefund) => otherRefund.referenceId === referenceOf(refund))
    if (heard.length > 0) return { refund, heard: ours }
    const booked = isFirst ? undefined : await findInProviderBook(context, refund)
    if (booked) return { refund, heard: [booked] }
    // Beside the lists; where the provider does not answer this, they alone decide.
    const refundedIdr = await refusedAsNothing(() => context.gateway.refundedIdr(ids))
    const shown: Shown = {
      refunds: all.map(({ id, referenceId, status, amountIdr }) => ({ id, referenceId, status, amountIdr })),
      refundedIdr: refundedIdr ?? null,
    }
    const mayBe = all.find((candidate) => isNameless(refund, candidate))?.id
    if (!mayBe && mayCall(context, refund, all, refundedIdr)) return await call(context, refund)
    const isMute = !isFirst && refundedIdr === undefined
    return { refund, shown, over: isOver(context, refund), isMute, mayBe }
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error
    return { refund, failure: error, proof: proofOf('look_up', error) }
  }
}

/**
 * Asks about a refund by its provider id, where the id is known. An id that the provider does not know, or
 * knows of another payment's refund, was mistyped. That id is forgotten, and the refund is looked for.
 */
async function findById(
  { units, actor, gateway }: GatewayContext,
  refund: SentRefund,
): Promise<GatewayRefund | undefined> {
  const { id, providerRefundId } = refund
  if (!providerRefundId || refund.status !== 'submitted') return undefined
  const known = await gateway.getRefund(providerRefundId).catch((error: unknown) => {
    if (error instanceof ProviderFailure && error.httpStatus === 404) return undefined
    throw error
  })
  if (known && (refund.isTaken || isOf(refund, known))) return known
  await units.run(actor, (work) =>
    sql`
      update refunds set provider_refund_id = null
      where id = ${id}::uuid and provider_refund_id = ${providerRefundId} and status = 'submitted'`.execute(
      work.tx,
    ),
  )
  refund.providerRefundId = null
  return undefined
}

/** The provider's book is another list, and names the refund's own id beside our reference. */
async function findInProviderBook(
  { gateway }: GatewayContext,
  refund: SentRefund,
): Promise<GatewayRefund | undefined> {
  const reference = referenceOf(refund)
  const { transactions } = await gateway.listTransactions({ referenceId: reference, limit: 50 })
  const line = transactions.find(
    (transaction) => transaction.type === 'REFUND' && transaction.referenceId === reference,
  )
  const id = line?.productId
  if (!id) return undefined
  const known = await refusedAsNothing(() => gateway.getRefund(id))
  return known && isOf(refund, known) ? known : undefined
}

const isOf = ({ code }: SentRefund, { referenceId }: GatewayRefund) =>
  referenceId?.replace(/-\d+$/, '') === code
/**
 * A refund of that payment and that amount which nobody named: it may be this one's, or a person made it over
 * there.
 */
const isNameless = ({ amountIdr }: SentRefund, refund: GatewayRefund) =>
  refund.referenceId === null && refund.amountIdr === amountIdr && mayHaveGone(refund)
const mayHaveGone = ({ status }: GatewayRefund) => status === 'PENDING' || status === 'SUCCEEDED'

function mayCall(
  { units }: GatewayContext,
  refund: SentRefund,
  all: readonly GatewayRefund[],
  refundedIdr: number | undefined,
): boolean {
  if (refund.status !== 'submitted') return false
  // The payment knows of more than the lists show: that may be it.
  const shownIdr = all.filter(mayHaveGone).reduce((sum, refund) => sum + refund.amountIdr, 0)
  if (refundedIdr !== undefined && refundedIdr > Math.max(shownIdr, refund.bookedIdr)) return false
  if (refund.calls === 0 || !refund.firstCalledAt || !refund.lastCalledAt) return true
  if (refundedIdr === undefined) return false
  const now = units.clock.now()
  const { providerKeyHours, providerListLagMinutes } = units.policy
  return (
    now < secondsAfter(refund.firstCalledAt, providerKeyHours * 3600) &&
    now >= secondsAfter(refund.lastCalledAt, providerListLagMinutes * 60)
  )
}

/** Its key's time is up. */
function isOver({ units }: GatewayContext, { firstCalledAt }: SentRefund): boolean {
  const { providerKeyHours } = units.policy
  return firstCalledAt !== null && units.clock.now() >= secondsAfter(firstCalledAt, providerKeyHours * 3600)
}

async function call(context: GatewayContext, refund: SentRefund): Promise<RefundAnswer> {
  const { gateway } = context
  try {
    const payment = await namedAs(context, refund)
    const answer = await gateway.createRefund(
      {
        ...payment,
        idempotencyKey: `${refund.id}:${refund.attempt}`,
        referenceId: referenceOf(refund),
        amountIdr: refund.amountIdr,
        reason: reasonFor(refund.reason),
      },
      leaseOf(context, refund),
    )
    return { refund, heard: [answer] }
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error
    const { operation, code } = error
    if (code === 'lease_lost') return { refund, failure: error, proof: 'open' }
    const asked = operation !== 'create_refund' ? 'look_up' : refund.calls <= 1 ? 'first' : 'repeat'
    return { refund, failure: error, proof: proofOf(asked, error) }
  }
}

/**
 * By the payment in the current form; one that was paid before laku kept that is read again, and named by its
 * invoice if nothing else is known.
 */
async function namedAs(context: GatewayContext, refund: SentRefund): Promise<RefundedPayment> {
  const { invoiceId } = refund
  if (context.units.policy.refundForm === 'legacy') return { invoiceId }
  const { paymentRequestId, paymentId } = await idsOf(context, refund)
  const id = paymentRequestId ?? paymentId
  return id ? { paymentRequestId: id } : { invoiceId }
}

export async function idsOf(
  { gateway }: GatewayContext,
  { invoiceId, paymentId, paymentRequestId }: Pick<SentRefund, keyof GatewayPaymentIds>,
): Promise<GatewayPaymentIds> {
  if (paymentId || paymentRequestId) return { invoiceId, paymentId, paymentRequestId }
  const read = await refusedAsNothing(() => gateway.getInvoice(invoiceId))
  return {
    invoiceId,
    paymentId: read?.paymentId ?? null,
    paymentRequestId: read?.paymentRequestId ?? null,
  }
}

/** Returns nothing where the provider does not know the object, or does not tell this account about it. */
export async function refusedAsNothing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof ProviderFailure && error.outcome === 'refused') return undefined
    throw error
  }
}

function reasonFor(reason: string): GatewayRefundReason {
  if (reason === 'buyer_left') return 'REQUESTED_BY_CUSTOMER'
  return reason.startsWith('paid_twice') ? 'DUPLICATE' : 'CANCELLATION'
}
