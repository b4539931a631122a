import { sql } from 'kysely'
import { ProviderFailure, type ProviderProof, proofOf, secondsAfter } from '../../kernel/index.ts'
import type { GatewayContext } from '../context.ts'
import type { GatewayPaymentIds, GatewayRefund, GatewayRefundReason, RefundedPayment } from '../gateway.ts'
import { referenceOf, type SentRefund } from './claim.ts'
import { leaseOf, type Shown } from './hold-lease.ts'

/** The outcome of sending a refund or asking about it. */
export type RefundAnswer = { refund: SentRefund } & (
  | { heard: GatewayRefund[] }
  /** The provider was called or asked, and its answer does not settle the refund. */
  | { failure: ProviderFailure; proof: ProviderProof }
  /**
   * The outcome of the call is unknown, and nothing at the provider shows the refund. `over`: the key has
   * expired, so nothing more is sent. `isMute`: the provider keeps no refunded sum, so nothing is sent before
   * that either. `mayBe`: the provider's id of a refund without a reference that may be this one.
   */
  | { shown: Shown; over: boolean; isMute: boolean; mayBe: string | undefined }
)

/**
 * Sends a refund, or asks about one. The provider promises nothing about a repeated request, so laku first
 * looks for a refund whose outcome is unknown. It looks in the payment's lists, by reference in the
 * provider's book, and at the sum that the payment shows as refunded. Only a refund found in none of them
 * after the lists' lag is sent again, under the same key, and never after the key has expired. Nothing is
 * sent again where the payment shows no refunded sum (cards, QRIS), or has a refund of the same amount
 * without a reference. There a list with a longer lag would cause a second refund, so a person decides. A new
 * attempt first looks for the attempts before it, for a refund that failed may have succeeded after all.
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

/** True once the refund's key has expired at the provider. */
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

/** Returns undefined where the provider does not know the object, or does not show it to this account. */
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
