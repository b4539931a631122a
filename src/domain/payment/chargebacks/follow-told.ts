import { sql } from 'kysely'
import type { Rupiah, Work } from '../../kernel/index.ts'
import { credit, debit, type Posting, post, suspenseAccount } from '../../ledger/index.ts'
import { endAttention } from '../../ops/index.ts'
import { MAX_CORRECTIONS } from '../reconciliation/booked-sums.ts'
import { addChargedBack, correctionKey, lossOf } from './book.ts'
import { lockNamed, reduceQuarantined, suspendQuarantined } from './take-from-quarantine.ts'

/** A chargeback in laku's ledger that has the id of a line in Xendit's transaction list. */
interface ToldChargeback {
  id: string
  ledgerKey: string
  paymentId: string | null
  quarantineId: string | null
  amountIdr: Rupiah
  wonIdr: Rupiah
  corrections: number
  /** The id of the line that laku has linked with this chargeback; null if there is none. */
  providerTransactionId: string | null
}

/** Locks a chargeback's row and reads it again. The caller has locked its payment. */
export async function lockTold(work: Work, id: string): Promise<ToldChargeback | undefined> {
  const { rows } = await sql<ToldChargeback>`
    select id, ledger_key, payment_id, quarantine_id, amount_idr, won_idr, corrections, provider_transaction_id
    from chargebacks where id = ${id}::uuid for no key update`.execute(work.tx)
  return rows[0]
}

/** Links a chargeback that staff reported with the line of the same id in Xendit's transaction list. */
export async function linkTold(work: Work, { id }: ToldChargeback, transactionId: string): Promise<void> {
  await sql`
    update chargebacks set provider_transaction_id = ${transactionId} where id = ${id}::uuid`.execute(work.tx)
  await endAttention(work, 'chargeback_ambiguous', transactionId, 'it is the one that staff told of')
}

/**
 * Takes a chargeback off the payment on which staff reported it, because Xendit's line names quarantined
 * money and not that payment. If this money still waits in quarantine, it is reduced by the chargeback. If it
 * was given out or is too small, the chargeback goes into suspense (unexplained money). If a part of the
 * chargeback was won back already, the chargeback stays on the payment.
 */
export async function moveToQuarantined(
  work: Work,
  told: ToldChargeback,
  transactionId: string,
  quarantineId: string,
): Promise<void> {
  const { id, ledgerKey, paymentId: from, amountIdr, wonIdr, corrections } = told
  if (from === null || wonIdr > 0 || amountIdr === 0 || corrections > MAX_CORRECTIONS - 3) return
  await endAttention(work, 'payment_charged_back', from, 'its chargeback is of money in quarantine')
  const named = await lockNamed(work, quarantineId)
  if (amountIdr > named.waitingIdr) {
    await sql`
      update chargebacks set amount_idr = 0, corrections = corrections + 1 where id = ${id}::uuid`.execute(
      work.tx,
    )
    await post(work, [lossOf(correctionKey(ledgerKey, corrections), from, -amountIdr)])
    await addChargedBack(work, [{ paymentId: from, amountIdr: -amountIdr }])
    await suspendQuarantined(work, { transactionId, amountIdr }, named)
    return
  }
  const { paymentId } = await reduceQuarantined(work, { quarantineId, transactionId, amountIdr })
  await sql`
    update chargebacks set payment_id = null, quarantine_id = ${quarantineId}::uuid, corrections = corrections + 2
    where id = ${id}::uuid`.execute(work.tx)
  const between = suspenseAccount(transactionId)
  const ofQuarantine: Posting['subject'] = paymentId ? ['payment', paymentId] : ['quarantine', quarantineId]
  await post(work, [
    {
      key: correctionKey(ledgerKey, corrections),
      kind: 'payment.charged_back',
      subject: ['payment', from],
      entries: [debit(between, amountIdr), credit('chargeback-loss', amountIdr)],
    },
    {
      key: correctionKey(ledgerKey, corrections + 1),
      kind: 'quarantine.charged_back',
      subject: ofQuarantine,
      entries: [debit('quarantine', amountIdr), credit(between, amountIdr)],
    },
  ])
  await addChargedBack(work, [{ paymentId: from, amountIdr: -amountIdr }])
}
