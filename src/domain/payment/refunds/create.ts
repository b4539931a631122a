import { sql } from 'kysely'
import {
  actorLabel,
  insertRows,
  kernelErrors,
  moveState,
  newCode,
  newId,
  personOf,
  type Rupiah,
  requireStaff,
  rupiah,
  type Work,
} from '../../kernel/index.ts'
import { countUse, isOverLimit, type LimitUse, requireSecondPerson, requireSeen } from '../../ops/index.ts'
import { concernsOf } from '../../user/index.ts'
import { refundDebits } from '../entitlement/refund-debits.ts'
import { paymentErrors } from '../errors.ts'
import { showPayment } from '../payments/list.ts'
import { lockWholly } from '../payments/lock.ts'
import { waysBack } from '../rules.ts'
import { type RefundStatus, refundMachine } from '../transitions.ts'
import { ownKey } from './check.ts'
import { decidedIdr, decideRefunds } from './decide.ts'
import { getRefund, type RefundDetail } from './list.ts'

export interface RefundRequest {
  /** The UUID or code of the payment to refund. */
  payment: string
  amountIdr: Rupiah
  note: string
  /**
   * The party that pays the refund, if the payment's money has already been released. Either the factory pays
   * its share (as for a return), or the company pays all.
   */
  borneBy: 'factory' | 'company'
  /**
   * The caller's own key, such as the number of a line in a file. Only one refund is decided under the same
   * key.
   */
  key?: string | undefined
}

const REASON = 'by_staff'

/**
 * Lets staff refund a part or all of a payment. Up to `policy.refundTwoPersonAboveIdr` the refund is decided
 * at once. The limit also counts earlier refunds of the payment that this person made without a second
 * approver. Above the limit the refund waits for a second approver (`approveRefund`). A second call with the
 * same key changes nothing.
 * @throws payment.not_found, not_refundable, over_refunded, in_escrow, cancel_instead, refund_key_blank,
 * refund_key_reused, kernel.forbidden
 */
export async function createRefund(work: Work, input: RefundRequest): Promise<RefundDetail> {
  requireStaff(work.actor, 'support', 'finance')
  const { note, borneBy } = input
  const key = ownKey(input.key ?? newId())
  const amountIdr = rupiah(input.amountIdr)
  const { id: paymentId } = await showPayment(work.tx, input.payment)
  const payment = (await lockWholly(work.tx, [paymentId])).get(paymentId)
  if (!payment) throw paymentErrors.not_found({ payment: input.payment })
  const before = await sql<{ id: string; paymentId: string; amountIdr: Rupiah; borneBy: string }>`
    select r.id, r.payment_id, ${decidedIdr} as amount_idr, r.borne_by from refunds r where r.key = ${key}`.execute(
    work.tx,
  )
  const [known] = before.rows
  if (known) {
    if (known.paymentId !== paymentId || known.amountIdr !== amountIdr || known.borneBy !== borneBy)
      throw paymentErrors.refund_key_reused({ key, borneBy: known.borneBy })
    return await getRefund(work.tx, known.id)
  }
  const staff = { borneBy, note, requestedBy: actorLabel(work.actor) }
  const aloneIdr = amountIdr + (await refundedAlone(work, paymentId))
  const id = newId()
  const use = useOf({ id, userId: payment.userId, amountIdr })
  const isLarge = aloneIdr > work.policy.refundTwoPersonAboveIdr || (await isOverLimit(work, use))
  // A refund that cannot be paid is refused now, not when the second approver approves it.
  const from = await refundDebits(work, payment, amountIdr, borneBy)
  if (isLarge) {
    const destination = waysBack(payment, amountIdr, work).sourceIdr > 0 ? 'source' : 'wallet'
    const request = { id, code: newCode('RFD', work.now), key, paymentId, amountIdr, destination }
    await insertRows(work.tx, 'refunds', [
      { ...request, ...staff, reason: REASON, status: 'requested', createdAt: work.now },
    ])
    work.requestAttention({
      kind: 'refund_requested',
      subject: ['refund', request.id],
      message: `${request.code} of ${amountIdr} rupiah waits for approval. A second person must approve or reject it.`,
      command: `laku refunds approve ${request.code}`,
    })
  } else {
    await countUse(work, use)
    await decideRefunds(work, [{ id, key, paymentId, amountIdr, reason: REASON, from, staff }])
  }
  const refund = await getRefund(work.tx, { key })
  const { code, status, destination } = refund
  const after = { refund: code, amountIdr, status, destination, borneBy }
  work.audit({ command: 'refunds create', subject: ['payment', paymentId], after })
  return refund
}

const useOf = ({ id, userId, amountIdr }: { id: string; userId: string; amountIdr: Rupiah }): LimitUse => ({
  kind: 'refund',
  subject: ['refund', id],
  receiver: `user:${userId}`,
  amountIdr,
})

/**
 * Returns the sum (rupiah) that the acting person has refunded of a payment without a second approver. The
 * payment's row is locked. Rejected refunds do not count.
 */
async function refundedAlone({ tx, actor }: Work, paymentId: string): Promise<Rupiah> {
  const by = actorLabel(actor)
  const { rows } = await sql<{ aloneIdr: Rupiah }>`
    select coalesce(sum(amount_idr), 0)::int8 as alone_idr from refunds
    where payment_id = ${paymentId}::uuid and requested_by = ${by} and decided_by = ${by} and status <> 'rejected'`.execute(
    tx,
  )
  return rows[0]?.aloneIdr ?? 0
}

interface Requested {
  id: string
  code: string
  key: string
  paymentId: string
  amountIdr: Rupiah
  status: RefundStatus
  borneBy: 'factory' | 'company'
  note: string
  requestedBy: string
  createdAt: Date
}

/** Locks a refund that waits for approval. The refunded payment is locked before it. */
async function lockRequested(work: Work, idOrCodeText: string, to: RefundStatus): Promise<Requested> {
  const { id, paymentId } = await getRefund(work.tx, idOrCodeText)
  if (paymentId) await lockWholly(work.tx, [paymentId])
  const { rows } = await sql<Requested>`
    select id, code, key, payment_id, amount_idr, status, borne_by, note, requested_by, created_at from refunds
    where id = ${id}::uuid for no key update`.execute(work.tx)
  const [refund] = rows
  if (!refund) throw paymentErrors.refund_not_found({ refund: idOrCodeText })
  // A second approver decides only about a refund in the state `requested`. For a failed refund, staff use
  // the retry instead.
  const { status, code } = refund
  if (status !== 'requested')
    throw kernelErrors.illegal_transition({ subject: 'refund', code, from: status, to })
  return refund
}

/**
 * Lets a second approver approve a refund that staff asked for. The refund is decided now: it may take only
 * what is left of the payment, and the present refund rules of its channel apply. If the buyer or the person
 * who asked changed meanwhile, the approver must have seen it (`seen`).
 * @throws payment.refund_not_found, same_person, kernel.approver_not_independent, changed_since_asked,
 * option_not_taken, over_refunded,
 * not_refundable, in_escrow, cancel_instead, kernel.illegal_transition,
 *   kernel.forbidden
 */
export async function approveRefund(
  work: Work,
  input: { refund: string; seen?: boolean | undefined },
): Promise<RefundDetail> {
  requireStaff(work.actor, 'finance')
  const request = await lockRequested(work, input.refund, 'approved')
  const { id, code, key, paymentId, amountIdr, borneBy, note, requestedBy, createdAt: askedAt } = request
  const decidedBy = actorLabel(work.actor)
  await requireSecondPerson(work, requestedBy, () => paymentErrors.same_person({ refund: code }))
  const payment = (await lockWholly(work.tx, [paymentId])).get(paymentId)
  if (!payment) throw paymentErrors.not_found({ paymentId })
  const { userId } = payment
  const changes = await concernsOf(work.tx, userId)
  await requireSeen(work, { askedBy: requestedBy, askedAt, changes, seen: input.seen })
  await countUse(work, { ...useOf({ id, userId, amountIdr }), person: requestedBy }, personOf(work.actor))
  const from = await refundDebits(work, payment, amountIdr, borneBy)
  const requested = { id, code, decidedBy, borneBy, note, requestedBy }
  await decideRefunds(work, [{ key, paymentId, amountIdr, reason: REASON, from, requested }])
  const refund = await getRefund(work.tx, id)
  const [before, after] = [{ status: 'requested', requestedBy }, { status: refund.status }]
  work.audit({ command: 'refunds approve', subject: ['refund', id], before, after })
  return refund
}

/** @throws payment.refund_not_found, kernel.illegal_transition, kernel.forbidden */
export async function rejectRefund(work: Work, input: { refund: string }): Promise<RefundDetail> {
  requireStaff(work.actor, 'finance')
  const { id, requestedBy } = await lockRequested(work, input.refund, 'rejected')
  const set = { decidedBy: actorLabel(work.actor), finishedAt: work.now }
  await moveState(work, refundMachine, { to: 'rejected', ids: [id], set, all: true })
  const [before, after] = [{ status: 'requested', requestedBy }, { status: 'rejected' }]
  work.audit({ command: 'refunds reject', subject: ['refund', id], before, after })
  return await getRefund(work.tx, id)
}
