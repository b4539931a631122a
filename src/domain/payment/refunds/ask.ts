import { sql } from 'kysely'
import { ProviderFailure, type ProviderProof, proofOf, secondsAfter } from '../../kernel/index.ts'
import type { GatewayContext } from '../context.ts'
import type {
  GatewayPaymentIds,
  GatewayRefund,
  GatewayRefundReason,
  ListedRefunds,
  RefundedPayment,
} from '../gateway.ts'
import { referenceOf, type SentRefund } from './claim.ts'
import { leaseOf, type Shown } from './hold-lease.ts'

/** The outcome of sending a refund to the provider, or of asking about it. */
export type RefundAnswer = { refund: SentRefund } & (
  | { heard: GatewayRefund[] }
  /** The provider was called or asked, and its answer does not decide the refund. */
  | { failure: ProviderFailure; proof: ProviderProof }
  /**
   * The outcome of the call is unknown, and the refund is not found at the provider. `over`: the key has
   * expired, so nothing more is sent. `isMute`: the provider keeps no refunded sum, so nothing is sent before
   * that either. `mayBe`: the provider's id of a refund without a reference that may be this one.
   */
  | { shown: Shown; over: boolean; isMute: boolean; mayBe: string | undefined }
)

/**
 * Sends a refund to the provider, or asks about one. The provider promises nothing about a repeated request,
 * so laku first looks for a refund whose outcome is unknown. It looks in the payment's lists, by reference in
 * the provider's book, and at the sum that the payment shows as refunded. Only a refund found in none of them
 * after the lists' lag is sent again, under the same key, and never after the key has expired. A person
 * decides if the payment shows no refunded sum (cards, QRIS), or has a refund of the same amount without a
 * reference. There a list with a longer lag would cause a second refund. A new attempt first looks for the
 * earlier attempts, because a refund that failed may have succeeded after all.
 */
export async function askRefund(context: GatewayContext, refund: SentRefund): Promise<RefundAnswer> {
  try {
    const known = await findById(context, refund)
    if (known) return { refund, heard: [known] }
    const isFirst = refund.calls === 0
    if (isFirst && refund.attempt === 1 && refund.status === 'submitted') return await call(context, refund)
    const ids = await idsOf(context, refund)
    const listed = await context.gateway.findRefunds(ids)
    const all = listed.refunds
    const ours = all.filter((otherRefund) => isOf(refund, otherRefund))
    const heard = isFirst
      ? ours.filter(mayHaveGone)
      : ours.filter((otherRefund) => otherRefund.referenceId === referenceOf(refund))
    if (heard.length > 0) return { refund, heard: ours }
    // The refund may be one that the lists hide: nothing is sent.
    if (listed.partial) throw partialList(listed.partial)
    const booked = isFirst ? undefined : await findInProviderBook(context, refund)
    if (booked) return { refund, heard: [booked] }
    // The refunded sum is checked besides the lists. If the provider does not give it, the lists alone
    // decide.
    const refundedIdr = await refusedAsNothing(() => context.gateway.refundedIdr(ids))
    const shown: Shown = {
      refunds: all.map(({ id, referenceId, status, amountIdr }) => ({ id, referenceId, status, amountIdr })),
      refundedIdr: refundedIdr ?? null,
    }
    const mayBe = all.find((candidate) => isNameless(refund, candidate))?.id
    const ofPayment = all.filter((candidate) => isOfPayment(ids, candidate))
    if (!mayBe && mayCall(context, refund, ofPayment, refundedIdr)) return await call(context, refund)
    const isMute = !isFirst && refundedIdr === undefined
    return { refund, shown, over: isOver(context, refund), isMute, mayBe }
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error
    return { refund, failure: error, proof: proofOf('look_up', error) }
  }
}

/**
 * Asks about a refund by the provider's id, if it is known. An id that the provider does not know, or that
 * belongs to another refund, was mistyped. That id is deleted, and the refund is looked for.
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

/**
 * Looks for a refund in the provider's book, which is one more list and has the provider's id of the refund
 * beside our reference.
 */
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
 * Returns true for a refund of the same payment and amount without a reference. It may be this refund, or one
 * that a person made by hand at the provider.
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
  // If the payment shows more refunded money than the lists do, the difference may be this refund.
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

/** Returns true once the refund's key has expired at the provider. */
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
 * Returns the id under which a refund request names its payment: in the current form, the payment's own id. A
 * payment paid before laku stored that id is read again, and named by its invoice if no such id is found.
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

/** A list that does not heed its filter shows the refunds of other payments as well. */
function isOfPayment(
  { invoiceId, paymentId, paymentRequestId }: GatewayPaymentIds,
  refund: GatewayRefund,
): boolean {
  const named = [refund.invoiceId, refund.paymentId, refund.paymentRequestId].filter((id) => id !== undefined)
  return named.length === 0 || named.some((id) => [invoiceId, paymentId, paymentRequestId].includes(id))
}

/** The failure of a look-up whose list may hide the refund that is looked for. */
export const partialList = (code: NonNullable<ListedRefunds['partial']>) =>
  new ProviderFailure({ provider: 'xendit', operation: 'list_refunds', outcome: 'unknown', code })

/** Returns undefined if the provider does not know the object, or does not show it to this account. */
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
