import { sql } from 'kysely'
import { kernelErrors, type Rupiah, type Work } from '../../kernel/index.ts'
import { credit, debit, type Posting, post, suspenseAccount } from '../../ledger/index.ts'
import { endAttention } from '../../ops/index.ts'
import { paymentErrors } from '../errors.ts'
import type { LockedPayment } from '../payments/lock.ts'
import { MAX_CORRECTIONS } from '../reconciliation/booked-sums.ts'
import {
  addChargedBack,
  type BookedChargeback,
  chargebackKey,
  correctionKey,
  reportChargebacks,
} from './book.ts'

/**
 * Returns the payments on which a chargeback with this id of Xendit's is booked, so that the caller can lock
 * them together with the payment to which the chargeback belongs.
 */
export async function paymentsBookedOn(work: Work, transactionId: string): Promise<string[]> {
  const { rows } = await sql<{ paymentId: string }>`
    select payment_id from chargebacks
    where (ledger_key = ${chargebackKey(transactionId)} or provider_transaction_id = ${transactionId}) and payment_id is not null`.execute(
    work.tx,
  )
  return rows.map((row) => row.paymentId)
}

/**
 * Moves a chargeback that is booked on the wrong payment to the right one. The caller has locked the rows of
 * both payments. The company's loss moves with the chargeback, and the money of both buyers is corrected. The
 * company's money at Xendit stays as it is.
 * @throws payment.chargeback_known, kernel.option_not_taken
 */
export async function moveChargeback(
  work: Work,
  booked: BookedChargeback,
  { transactionId, to }: { transactionId: string; to: LockedPayment },
): Promise<void> {
  const { rows } = await sql<{ leftIdr: Rupiah; corrections: number }>`
    select amount_idr - won_idr as left_idr, corrections from chargebacks
    where id = ${booked.id} and payment_id is not null for no key update`.execute(work.tx)
  const [row] = rows
  if (!row || booked.paymentId === null || row.corrections > MAX_CORRECTIONS - 3)
    throw paymentErrors.chargeback_known({ transactionId, amountIdr: booked.amountIdr })
  if (booked.paymentId === to.id)
    throw kernelErrors.option_not_taken({
      option: '--move',
      payment: to.code,
      why: 'the chargeback is booked on this payment already',
    })
  const { ledgerKey, paymentId: from } = booked
  const { leftIdr, corrections } = row
  await sql`
    update chargebacks set payment_id = ${to.id}, corrections = corrections + ${leftIdr > 0 ? 2 : 0}
    where id = ${booked.id}`.execute(work.tx)
  await endAttention(work, 'payment_charged_back', from, `its chargeback is of ${to.code}`)
  // If the chargeback was won back in full, no money moves to the other payment.
  if (leftIdr === 0) return
  const between = suspenseAccount(transactionId)
  const moved = (nth: number, paymentId: string, entries: Posting['entries']): Posting => ({
    key: correctionKey(ledgerKey, corrections + nth),
    kind: 'payment.charged_back',
    subject: ['payment', paymentId],
    entries,
  })
  await post(work, [
    moved(0, from, [debit(between, leftIdr), credit('chargeback-loss', leftIdr)]),
    moved(1, to.id, [debit('chargeback-loss', leftIdr), credit(between, leftIdr)]),
  ])
  await addChargedBack(work, [
    { paymentId: from, amountIdr: -leftIdr },
    { paymentId: to.id, amountIdr: leftIdr },
  ])
  reportChargebacks(work, new Map([[to.id, to]]), [{ transactionId, paymentId: to.id, amountIdr: leftIdr }])
}
