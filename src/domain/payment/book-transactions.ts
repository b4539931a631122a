import { sql } from 'kysely'
import { asRecords, newId, type Rupiah, sumIdr, type Work } from '../kernel/index.ts'
import { credit, debit, type Entry, type Posting, post } from '../ledger/index.ts'
import type { GatewayTransaction } from './gateway-transactions.ts'
import { recordChargebacks } from './record-chargebacks.ts'

export interface BookedTransactions {
  fees: number
  feesIdr: Rupiah
  /** Moved between the provider and the company's bank. */
  moved: number
  chargebacks: number
}

/** Ours from beginning to end: invoices, refunds and payouts book themselves. */
const followed: ReadonlySet<string> = new Set(['PAYMENT', 'REFUND', 'DISBURSEMENT', 'BATCH_DISBURSEMENT'])

export const feeKey = (transactionId: string) => `gateway-fee:${transactionId}`
export const sweepKey = (transactionId: string) => `company-sweep:${transactionId}`

/**
 * Books what the provider's lines say and nothing else here knows of, each once by the provider's id: a fee when it is charged, and
 * its return; money that staff moved to the bank or from it; chargebacks. A kind that is not known is shown to a person.
 */
export async function bookTransactions(
  work: Work,
  transactions: readonly GatewayTransaction[],
): Promise<BookedTransactions> {
  const subjects = await subjectsOf(work, transactions)
  const fees = transactions.filter((one) => one.feeStatus === 'COMPLETED' && one.feeIdr > 0)
  const booked = await postFresh(
    work,
    fees.map((one) => feeOf(one, subjects)),
  )
  const returned = transactions.filter((one) => one.feeStatus === 'REVERSED' && one.feeIdr > 0)
  await returnFees(work, returned, subjects)
  const done = transactions.filter((one) => one.status === 'SUCCESS' && !followed.has(one.type))
  const moved = done.filter((one) => one.type === 'WITHDRAWAL' || one.type === 'TOPUP')
  const swept = await postFresh(work, moved.map(sweepOf))
  // One that comes in is a dispute that was won: no second loss, and a person books it.
  const taken = done.filter((one) => one.type === 'CHARGEBACK' && !one.moneyIn)
  const chargebacks = await recordChargebacks(
    work,
    taken.map(({ id, productId, amountIdr }) => ({
      transactionId: id,
      paymentId: subjects.get(productId)?.paymentId ?? null,
      amountIdr,
    })),
  )
  for (const one of done) if (!moved.includes(one) && !taken.includes(one)) raiseUnknown(work, one)
  const feesNow = fees.filter((one) => booked.has(feeKey(one.id)))
  return {
    fees: feesNow.length,
    feesIdr: sumIdr(feesNow.map((one) => one.feeIdr)),
    moved: swept.size,
    chargebacks,
  }
}

interface Subject {
  kind: string
  id: string
  paymentId: string | null
}

/** What of ours each line is of, by the provider's id of it. */
async function subjectsOf(
  work: Work,
  transactions: readonly GatewayTransaction[],
): Promise<Map<string, Subject>> {
  const ids = [...new Set(transactions.map((one) => one.productId))]
  const { rows } = await sql<Subject & { productId: string }>`
    select 'payment' as kind, id, id as payment_id, provider_invoice_id as product_id from payments where provider_invoice_id = any(${ids})
    union all
    select 'refund', id, payment_id, provider_refund_id from refunds where provider_refund_id = any(${ids})
    union all
    select 'payout', id, null, provider_payout_id from payouts where provider_payout_id = any(${ids})`.execute(
    work.tx,
  )
  return new Map(rows.map(({ productId, ...subject }) => [productId, subject]))
}

const subjectOf = (productId: string, subjects: ReadonlyMap<string, Subject>): [string, string] => {
  const subject = subjects.get(productId)
  return subject ? [subject.kind, subject.id] : ['provider_transaction', newId()]
}

function feeOf(
  { id, productId, feeIdr }: GatewayTransaction,
  subjects: ReadonlyMap<string, Subject>,
): Posting {
  const entries = [debit('gateway-fees', feeIdr), credit('gateway', feeIdr)]
  return { key: feeKey(id), kind: 'gateway.fee', subject: subjectOf(productId, subjects), entries }
}

/** A fee that was booked and is given back. One that never was booked needs nothing. */
async function returnFees(
  work: Work,
  transactions: readonly GatewayTransaction[],
  subjects: ReadonlyMap<string, Subject>,
): Promise<void> {
  const known = await knownKeys(
    work,
    transactions.map((one) => feeKey(one.id)),
  )
  await postFresh(
    work,
    transactions
      .filter((one) => known.has(feeKey(one.id)))
      .map(({ id, productId, feeIdr }) => ({
        key: `${feeKey(id)}:returned`,
        kind: 'gateway.fee_returned',
        subject: subjectOf(productId, subjects),
        entries: [debit('gateway', feeIdr), credit('gateway-fees', feeIdr)],
      })),
  )
}

function sweepOf({ id, moneyIn, amountIdr }: GatewayTransaction): Posting {
  const entries: Entry[] = moneyIn
    ? [debit('gateway', amountIdr), credit('bank', amountIdr)]
    : [debit('bank', amountIdr), credit('gateway', amountIdr)]
  return { key: sweepKey(id), kind: 'gateway.swept', subject: ['provider_transaction', newId()], entries }
}

/** A line that says another amount than was booked is no new posting: reconciling shows it. */
async function postFresh(work: Work, postings: readonly Posting[]): Promise<Set<string>> {
  const known = await knownKeys(
    work,
    postings.map((one) => one.key),
  )
  return await post(
    work,
    postings.filter((one) => !known.has(one.key)),
  )
}

async function knownKeys(work: Work, keys: readonly string[]): Promise<Set<string>> {
  if (keys.length === 0) return new Set()
  const { rows } = await sql<{ key: string }>`
    select key from ledger_transactions
    where key in (select key from jsonb_to_recordset(${asRecords(keys.map((key) => ({ key })))}::jsonb) as k(key text))`.execute(
    work.tx,
  )
  return new Set(rows.map((row) => row.key))
}

function raiseUnknown(work: Work, { id, type, amountIdr, moneyIn, referenceId }: GatewayTransaction): void {
  work.raise({
    kind: 'provider_transaction_unknown',
    subject: ['provider_transaction', id],
    message: `the provider's book has a line of a kind that laku does not follow: ${type}`,
    command: 'laku payments reconcile',
    details: { type, amountIdr, moneyIn, referenceId },
  })
}
