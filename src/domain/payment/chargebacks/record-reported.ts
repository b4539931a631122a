import { sql } from 'kysely'
import { kernelErrors, pastedId, type Rupiah, requireStaff, rupiah, type Work } from '../../kernel/index.ts'
import { endAttention, takeLimit } from '../../ops/index.ts'
import { isInSuspense } from '../../suspense/index.ts'
import { lockWallets } from '../../wallet/index.ts'
import { paymentErrors } from '../errors.ts'
import { type LockedPayment, lockPayments } from '../payments/lock.ts'
import {
  type BookedChargeback,
  bookChargebacks,
  type Chargeback,
  chargebackKey,
  chargebacksOf,
  lockChargebacks,
  recognize,
  requireTakeable,
  takesTooMuch,
} from './book.ts'
import { moveChargeback, paymentsBookedOn } from './move.ts'
import { suspendChargeback } from './suspend.ts'
import { takeFromQuarantine } from './take-from-quarantine.ts'

export interface ReportedChargeback extends Chargeback {
  paymentId: string
  /**
   * True if staff confirm that this chargeback is not the one in the ledger. Needed if the ledger has a
   * chargeback of the same payment or amount.
   */
  isAnother?: boolean | undefined
  /** The id of a chargeback in laku's ledger, if staff say that the reported chargeback is the same one. */
  sameAs?: string | undefined
  /**
   * True if laku booked the chargeback on the wrong payment, and staff say that it belongs to `paymentId`.
   */
  isMoved?: boolean | undefined
}

export interface RecordedChargeback {
  paymentId: string
  transactionId: string
  amountIdr: Rupiah
  /** False if this chargeback was already in laku's ledger. */
  fresh: boolean
}

/**
 * Posts a chargeback that Xendit reported to staff before its transaction list had it. With `sameAs`, staff
 * say that it is the same as a chargeback in the ledger. With `isAnother`, staff say that it is a different
 * one. With `isMoved`, a chargeback that is booked on the wrong payment moves to `paymentId`. The move counts
 * against the limits of the person who acts. A chargeback is posted only once under the same id.
 * @throws payment.not_refundable, not_found, chargeback_known, chargeback_not_found, kernel.option_not_taken,
 *   second_person_needed, forbidden
 */
export async function recordChargeback(work: Work, told: ReportedChargeback): Promise<RecordedChargeback> {
  requireStaff(work.actor, 'finance')
  const { paymentId } = told
  const transactionId = await bookedId(work, told.transactionId)
  const sameAs = told.sameAs === undefined ? undefined : await bookedId(work, told.sameAs)
  const amountIdr = rupiah(told.amountIdr)
  await lockChargebacks(work, [transactionId])
  const wrong = told.isMoved ? await paymentsBookedOn(work, transactionId) : []
  const payments = await lockPayments(work.tx, [paymentId, ...wrong])
  const payment = payments.get(paymentId)
  if (!payment) throw paymentErrors.not_found({ paymentId })
  const line = { transactionId, paymentId, amountIdr }
  const booked = await chargebacksOf(work, [line])
  const key = chargebackKey(transactionId)
  const before = booked.find(
    (chargeback) => chargeback.ledgerKey === key || chargeback.providerTransactionId === transactionId,
  )
  if (told.isMoved) {
    if (!before || before.amountIdr !== amountIdr) throw paymentErrors.chargeback_not_found({ transactionId })
    await takeMoved(work, before, payments)
    await moveChargeback(work, before, { transactionId, to: payment })
    const leftIdr = before.amountIdr - before.wonIdr
    if (leftIdr > 0) await requireTakeable(work, payment, leftIdr)
    const [was, after] = [{ paymentId: before.paymentId }, { transactionId, amountIdr, paymentId }]
    work.audit({ command: 'payments chargeback', subject: ['payment', paymentId], before: was, after })
    return { ...line, fresh: false }
  }
  if (before) {
    if (before.paymentId === paymentId && before.amountIdr === amountIdr) return { ...line, fresh: false }
    throw paymentErrors.chargeback_known({ transactionId, amountIdr: before.amountIdr })
  }
  // A chargeback that was too large for its payment is in the suspense account (unexplained money). Staff
  // decide about it there.
  if (await isInSuspense(work, { reference: null, providerId: transactionId }))
    throw paymentErrors.chargeback_known({ transactionId, amountIdr })
  const ofPayment = booked.filter((chargeback) => chargeback.paymentId === paymentId)
  const isLine = await wasAskedOf(work, transactionId)
  if (sameAs !== undefined) {
    const same = ofPayment.find(
      (chargeback) => chargeback.ledgerKey === chargebackKey(sameAs) && !chargeback.providerTransactionId,
    )
    if (!same || !isLine)
      throw paymentErrors.chargeback_not_found({ transactionId: isLine ? sameAs : transactionId })
    const besides = payment.chargedBackIdr - (same.amountIdr - same.wonIdr)
    await requireTakeable(work, payment, amountIdr, besides)
    await recognize(work, same, line)
  } else {
    const twin = ofPayment.find((chargeback) => chargeback.amountIdr === amountIdr)
    if (twin && !told.isAnother) {
      throw paymentErrors.chargeback_known({
        transactionId: twin.ledgerKey.replace('chargeback:', ''),
        amountIdr,
      })
    }
    if (told.isAnother && !twin && !isLine)
      throw kernelErrors.option_not_taken({
        option: '--another',
        payment: payment.code,
        why: 'no chargeback of it that could be the same is booked',
      })
    const quarantineId = payment.status === 'review' ? await waitingOf(work, paymentId) : undefined
    if (quarantineId) await takeFromQuarantine(work, { quarantineId, transactionId, amountIdr, isLine })
    else if (isLine && takesTooMuch(payment, amountIdr))
      await suspendChargeback(
        work,
        { ...line, userId: payment.userId, subjectId: paymentId },
        'too_much',
        payment.code,
      )
    else {
      await requireTakeable(work, payment, amountIdr)
      await bookChargebacks(work, payments, [line], { areLines: isLine })
    }
    await endAttention(work, 'chargeback_ambiguous', transactionId, 'it is another one')
  }
  const after = { transactionId, amountIdr, ...(sameAs !== undefined && { sameAs }) }
  work.audit({ command: 'payments chargeback', subject: ['payment', paymentId], after })
  return { ...line, fresh: sameAs === undefined }
}

/**
 * Returns the provider's id of a chargeback from the id that a person typed. If a chargeback is booked under
 * an id that differs only in case, that id is meant. Otherwise a mistyped id would book the loss twice.
 */
async function bookedId(work: Work, typed: string): Promise<string> {
  const id = pastedId(typed)
  const { rows } = await sql<{ id: string }>`
    select case when upper(ledger_key) = upper(${chargebackKey(id)}) then substr(ledger_key, ${chargebackKey('').length + 1}::int)
      else provider_transaction_id end as id
    from chargebacks
    where upper(ledger_key) = upper(${chargebackKey(id)}) or upper(provider_transaction_id) = upper(${id})
    order by ledger_key = ${chargebackKey(id)} desc, provider_transaction_id = ${id} desc nulls last limit 1`.execute(
    work.tx,
  )
  return rows[0]?.id ?? id
}

/**
 * Counts a chargeback that moves to another payment against the limits of the person who moves it, because
 * the buyer of the first payment gets the money back. The wallets of both buyers are locked before the
 * limits.
 * @throws kernel.second_person_needed
 */
async function takeMoved(
  work: Work,
  { id, paymentId, amountIdr, wonIdr, corrections }: BookedChargeback,
  payments: ReadonlyMap<string, LockedPayment>,
): Promise<void> {
  const userIds = [...payments.values()].map((payment) => payment.userId)
  await lockWallets(work, userIds)
  const from = payments.get(paymentId ?? '')
  if (!from) return
  await takeLimit(work, {
    kind: 'chargeback_moved',
    // Each move counts by itself, and a move raises `corrections`. Otherwise a second move would replace what
    // the first buyer got.
    subject: ['chargeback', `${id}:${corrections}`],
    clearedAs: id,
    receiver: `user:${from.userId}`,
    amountIdr: amountIdr - wonIdr,
  })
}

/**
 * Returns the id of the quarantined money (such as a wrong amount) because of which a payment is in review.
 */
async function waitingOf(work: Work, paymentId: string): Promise<string | undefined> {
  const row = await work.tx
    .selectFrom('quarantinedMoney')
    .select('id')
    .where('paymentId', '=', paymentId)
    .where('kind', '=', 'wrong_amount')
    .where('status', '=', 'waiting')
    .executeTakeFirst()
  return row?.id
}

/** Returns true if staff were asked whether the chargeback line of this id is one that they reported. */
async function wasAskedOf(work: Work, transactionId: string): Promise<boolean> {
  const row = await work.tx
    .selectFrom('attention')
    .select('id')
    .where('kind', '=', 'chargeback_ambiguous')
    .where('subjectId', '=', transactionId)
    .executeTakeFirst()
  return row !== undefined
}
