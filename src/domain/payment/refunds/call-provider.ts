import { sql } from 'kysely'
import { ProviderFailure, type ProviderProof, proofOf } from '../../kernel/index.ts'
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
import { isKeyOver, mayHaveGone, maySend } from './send-again.ts'

/** The result of sending a refund to Xendit, or of asking Xendit about it. */
export type RefundAnswer = { refund: SentRefund } & (
  | { heard: GatewayRefund[] }
  /** Xendit was asked, and its answer does not show whether the refund was made. */
  | { failure: ProviderFailure; proof: ProviderProof }
  /**
   * The call's outcome is unknown, and Xendit's lists do not have the refund. Each of three facts forbids
   * sending it again. `over`: the refund's key has expired. `isMute`: Xendit stores no refunded sum for the
   * payment. `mayBe`: the id of a refund at Xendit that has no reference and may be this refund.
   */
  | { shown: Shown; over: boolean; isMute: boolean; mayBe: string | undefined }
)

/**
 * Sends a refund to Xendit, or asks about it. Before a refund is sent again, laku looks for it in Xendit's
 * lists and in the payment's refunded sum. If Xendit stores no such sum, or has a similar refund without a
 * reference, a person decides.
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
      ? ours.filter((otherRefund) => mayHaveGone(otherRefund) && !isGivenUp(refund, otherRefund))
      : ours.filter((otherRefund) => otherRefund.referenceId === referenceOf(refund))
    if (heard.length > 0) return { refund, heard: ours }
    // If the lists are incomplete, this refund may be missing in them. So it is not sent again.
    if (listed.partial) throw partialList(listed.partial)
    const booked = isFirst ? undefined : await findInProviderBook(context, refund)
    if (booked) return { refund, heard: [booked] }
    // The refunded sum that Xendit stores with the payment is checked as well as the lists. If Xendit does
    // not return it, only the lists count.
    const refundedIdr = await refusedAsNothing(() => context.gateway.refundedIdr(ids))
    const shown: Shown = {
      refunds: all.map(({ id, referenceId, status, amountIdr }) => ({ id, referenceId, status, amountIdr })),
      refundedIdr: refundedIdr ?? null,
    }
    const mayBe = all.find((candidate) => isNameless(refund, candidate))?.id
    const ofPayment = all.filter((candidate) => isOfPayment(ids, candidate))
    if (!mayBe && maySend(context, refund, ofPayment, refundedIdr)) return await call(context, refund)
    const isMute = !isFirst && refundedIdr === undefined
    return { refund, shown, over: isKeyOver(context, refund), isMute, mayBe }
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error
    return { refund, failure: error, proof: proofOf('look_up', error) }
  }
}

/**
 * Asks Xendit about a refund by Xendit's id, if that is known. If Xendit does not know the id, or the id
 * belongs to another refund, staff mistyped it. In that case laku deletes the id and looks for the refund in
 * another way.
 */
async function findById(
  { unitOfWork, actor, gateway }: GatewayContext,
  refund: SentRefund,
): Promise<GatewayRefund | undefined> {
  const { id, providerRefundId } = refund
  if (!providerRefundId || refund.status !== 'submitted') return undefined
  const known = await gateway.getRefund(providerRefundId).catch((error: unknown) => {
    if (error instanceof ProviderFailure && error.httpStatus === 404) return undefined
    throw error
  })
  if (known && (refund.isTaken || isOf(refund, known))) return known
  await unitOfWork.run(actor, (work) =>
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
 * Looks for a refund in Xendit's transaction list, by laku's reference. The line has Xendit's id of the
 * refund.
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

/** A given-up refund that is still under way does not hold up the next request. One that succeeded does. */
const isGivenUp = ({ givenUp }: SentRefund, { id, status }: GatewayRefund) =>
  status === 'PENDING' && givenUp.includes(id)

const isOf = ({ code }: SentRefund, { referenceId }: GatewayRefund) =>
  referenceId?.replace(/-\d+$/, '') === code
/**
 * Returns true for a refund in the payment's lists at Xendit that has the same amount but no reference. It
 * may be laku's refund, or a refund that a person made by hand.
 */
const isNameless = ({ amountIdr }: SentRefund, refund: GatewayRefund) =>
  refund.referenceId === null && refund.amountIdr === amountIdr && mayHaveGone(refund)
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
 * Returns the id by which a refund request to Xendit names the payment. It is Xendit's own id of the payment,
 * or of its request. If both are missing, or requests have the legacy form, it is the invoice's id.
 */
async function namedAs(context: GatewayContext, refund: SentRefund): Promise<RefundedPayment> {
  const { invoiceId } = refund
  if (context.unitOfWork.policy.refundForm === 'legacy') return { invoiceId }
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

/** Xendit may ignore the filter of a list and return refunds of other payments as well. */
function isOfPayment(
  { invoiceId, paymentId, paymentRequestId }: GatewayPaymentIds,
  refund: GatewayRefund,
): boolean {
  const named = [refund.invoiceId, refund.paymentId, refund.paymentRequestId].filter((id) => id !== undefined)
  return named.length === 0 || named.some((id) => [invoiceId, paymentId, paymentRequestId].includes(id))
}

/** The failure of a search for a refund in a list that is incomplete and may hide it. */
export const partialList = (code: NonNullable<ListedRefunds['partial']>) =>
  new ProviderFailure({ provider: 'xendit', operation: 'list_refunds', outcome: 'unknown', code })

/** Returns undefined if Xendit does not know the object, or does not let our account read it. */
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
