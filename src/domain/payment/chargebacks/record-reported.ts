import { sql } from 'kysely'
import { kernelErrors, pastedId, type Rupiah, requireStaff, rupiah, type Work } from '../../kernel/index.ts'
import { endAttention, takeLimit, undoUse } from '../../ops/index.ts'
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
  correctionKey,
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
  // A line may be booked at this moment, so its id is looked for under the lock.
  await lockChargebacks(work, [pastedId(told.transactionId)])
  const transactionId = await bookedId(work, told.transactionId)
  const sameAs = told.sameAs === undefined ? undefined : await bookedId(work, told.sameAs)
  const amountIdr = rupiah(told.amountIdr)
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
    const undone = await takeMoved(work, before, payments, payment)
    await moveChargeback(work, before, { transactionId, to: payment })
    if (undone) await uncountIfBack(work, before, payment, undone)
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

/** A move of a chargeback that limits count: its buyer got the money of the chargeback. */
interface CountedMove {
  subjectId: string
  receiver: string
}

/**
 * Returns the provider's id of a chargeback from the id that a person typed. An id that differs only in case
 * is meant if a chargeback is booked under it, or if its line lies in suspense or waits. Otherwise a mistyped
 * id would book the loss twice.
 */
async function bookedId(work: Work, typed: string): Promise<string> {
  const id = pastedId(typed)
  const { rows } = await sql<{ id: string }>`
    select id from (
      select case when upper(ledger_key) = upper(${chargebackKey(id)}) then substr(ledger_key, ${chargebackKey('').length + 1}::int)
        else provider_transaction_id end as id, 1 as place
      from chargebacks
      where upper(ledger_key) = upper(${chargebackKey(id)}) or upper(provider_transaction_id) = upper(${id})
      union all
      select provider_id, 2 from suspense_items where kind = 'chargeback' and upper(provider_id) = upper(${id})
      union all
      select id, 3 from provider_lines where type = 'CHARGEBACK' and upper(id) = upper(${id})
    ) known
    order by id = ${id} desc, place limit 1`.execute(work.tx)
  return rows[0]?.id ?? id
}

/**
 * Counts a chargeback that moves to another payment against the limits of the person who moves it, because
 * the buyer of the first payment gets the money back. The wallets of both buyers are locked before the
 * limits. A move back undoes the last move, so it gives nobody anything and counts nothing; it returns the
 * count of that last move. A buyer counts once, however often the chargeback moves to and fro.
 * @throws kernel.second_person_needed
 */
async function takeMoved(
  work: Work,
  { id, paymentId, amountIdr, wonIdr, corrections }: BookedChargeback,
  payments: ReadonlyMap<string, LockedPayment>,
  to: LockedPayment,
): Promise<CountedMove | undefined> {
  const userIds = [...payments.values()].map((payment) => payment.userId)
  await lockWallets(work, userIds)
  const from = payments.get(paymentId ?? '')
  if (!from || from.id === to.id) return undefined
  const counted = await countedMoves(work, id, corrections)
  if (counted[0]?.receiver === `user:${to.userId}`) return counted[0]
  const receiver = `user:${from.userId}`
  const before = counted.find((move) => move.receiver === receiver)
  await takeLimit(work, {
    kind: 'chargeback_moved',
    // Each move counts by itself, and a move raises `corrections`. Otherwise a second move would replace what
    // the first buyer got.
    subject: ['chargeback', before?.subjectId ?? `${id}:${corrections}`],
    clearedAs: id,
    receiver,
    amountIdr: amountIdr - wonIdr,
  })
  return undefined
}

/** Returns the moves of a chargeback that limits count, the newest first. */
async function countedMoves(work: Work, id: string, corrections: number): Promise<CountedMove[]> {
  const subjects = Array.from({ length: corrections + 1 }, (_, nth) => `${id}:${nth}`)
  const { rows } = await sql<CountedMove>`
    select subject_id, receiver from limit_uses
    where kind = 'chargeback_moved' and subject_id = any(${subjects}) and undone_at is null
    order by used_at desc, id desc`.execute(work.tx)
  return rows
}

/**
 * Removes a move from the limits after the chargeback moved back, if the buyer gave back all that the move
 * gave. If the buyer owes more for the payment than before the move, a part of the money is gone, so the move
 * still counts. Otherwise a person could give money away again and again by moving to and fro.
 */
async function uncountIfBack(
  work: Work,
  { ledgerKey }: BookedChargeback,
  { id }: LockedPayment,
  { subjectId }: CountedMove,
): Promise<void> {
  const nth = Number(subjectId.split(':')[1])
  const { rows } = await sql<{ isBack: boolean }>`
    select coalesce(sum(e.amount_idr) filter (where t.id > m.id), 0) <= 0 as is_back
    from ledger_transactions m
    left join ledger_transactions t on t.subject_id = ${id}::uuid
    left join ledger_entries e on e.transaction_id = t.id
      and e.account_id = (select id from ledger_accounts where key = 'buyer-claims')
    where m.key = ${correctionKey(ledgerKey, nth)}`.execute(work.tx)
  if (rows[0]?.isBack) await undoUse(work, 'chargeback_moved', [subjectId])
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
