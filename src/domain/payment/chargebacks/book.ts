import { type RawBuilder, sql } from 'kysely'
import { asRecords, insertRows, newId, type Rupiah, type Work } from '../../kernel/index.ts'
import { credit, debit, type Posting, post } from '../../ledger/index.ts'
import { endAttention } from '../../ops/index.ts'
import { levelBuyers } from '../entitlement/level-buyers.ts'
import { paymentErrors } from '../errors.ts'
import { type LockedPayment, lockPayments } from '../payments/lock.ts'
import { matchChargeback } from '../rules.ts'
import { suspendChargeback } from './suspend.ts'

export interface Chargeback {
  /** Xendit's id of the chargeback. A chargeback is posted only once under the same id. */
  transactionId: string
  /** The payment whose money the card issuer took back; null if laku has no such payment. */
  paymentId: string | null
  amountIdr: Rupiah
}

/** A chargeback that is booked in laku's ledger. */
export interface BookedChargeback {
  id: string
  ledgerKey: string
  paymentId: string | null
  amountIdr: Rupiah
  /** The part of the chargeback that a won dispute brought back. */
  wonIdr: Rupiah
  /**
   * The id of the chargeback's line in Xendit's transaction list. Null if staff reported the chargeback and
   * the line was not read yet.
   */
  providerTransactionId: string | null
  /**
   * The number of corrections of this chargeback that were posted. The ledger key of the next correction
   * contains the next number.
   */
  corrections: number
  /** True if staff put its posting into suspense, because the provider's list had no line of it. */
  isInSuspense?: boolean
}

/** Returns the ledger key of a chargeback's next correction, after `corrections` earlier ones. */
export const correctionKey = (ledgerKey: string, corrections: number): string =>
  corrections === 0 ? `${ledgerKey}:corrected` : `${ledgerKey}:corrected:${corrections + 1}`

export const chargebackKey = (transactionId: string) => `chargeback:${transactionId}`

/**
 * Locks chargebacks by Xendit's ids, before their payments are locked. Ids that differ only in case share a
 * lock. A line may name another payment than staff named for the same chargeback. So without this lock, one
 * chargeback could be booked on two payments at the same moment: by staff, and by the reading of the
 * transaction list.
 */
export async function lockChargebacks({ tx }: Work, transactionIds: readonly string[]): Promise<void> {
  await sql`
    select pg_advisory_xact_lock(hashtext(${chargebackKey('')} || id))
    from (select distinct upper(id) as id from unnest(${transactionIds}::text[]) as t(id) order by 1) ids`.execute(
    tx,
  )
}

/**
 * Returns the chargebacks in laku's ledger that concern these payments or have these ids, oldest first. The
 * caller has locked the payments' rows.
 */
export async function chargebacksOf(work: Work, asked: readonly Chargeback[]): Promise<BookedChargeback[]> {
  const { rows } = await sql<BookedChargeback>`
    select id, ledger_key, payment_id, amount_idr, won_idr, provider_transaction_id, corrections,
      exists (select from suspense_items s where s.key = 'posting:' || chargebacks.ledger_key) as is_in_suspense
    from chargebacks
    where payment_id = any(${asked.flatMap((chargeback) => chargeback.paymentId ?? [])}::uuid[])
      or ledger_key = any(${asked.map((chargeback) => chargebackKey(chargeback.transactionId))})
      or provider_transaction_id = any(${asked.map((chargeback) => chargeback.transactionId)})
    order by id`.execute(work.tx)
  return rows
}

/**
 * Posts the chargebacks of Xendit's transaction list, once each, as the company's loss: the factory is not to
 * blame. Staff may have reported the same chargeback under another id. Laku recognizes it by payment and
 * amount; if only the amount differs, a person is asked. Returns the number of new chargebacks.
 */
export async function recordChargebacks(work: Work, lines: readonly Chargeback[]): Promise<number> {
  if (lines.length === 0) return 0
  const payments = await lockPayments(
    work.tx,
    lines.flatMap((line) => line.paymentId ?? []),
  )
  const booked = await chargebacksOf(work, lines)
  const fresh: Chargeback[] = []
  for (const line of lines) {
    const found = matchChargeback(line, booked)
    if (found === 'known') continue
    const payment = payments.get(line.paymentId ?? '')
    if (found === 'ask') reportAmbiguousChargeback(work, line)
    else if (found === 'new') {
      if (payment && takesTooMuch(payment, line.amountIdr)) {
        const { id: subjectId, userId, code } = payment
        await suspendChargeback(work, { ...line, userId, subjectId }, 'too_much', code)
        continue
      }
      booked.push({ ...newRow(line), wonIdr: 0, providerTransactionId: line.transactionId })
      fresh.push(line)
    } else {
      found.providerTransactionId = line.transactionId
      await recognize(work, found, line)
    }
  }
  await bookChargebacks(work, payments, fresh, { areLines: true })
  return fresh.length
}

const newRow = ({ transactionId, paymentId, amountIdr }: Chargeback) => ({
  id: newId(),
  ledgerKey: chargebackKey(transactionId),
  paymentId,
  amountIdr,
  corrections: 0,
})

/**
 * Posts new chargebacks, marks their payments as charged back, and notifies staff. The caller has locked the
 * payments' rows. `areLines` is true if the chargebacks' ids are those of lines in Xendit's transaction list.
 */
export async function bookChargebacks(
  work: Work,
  payments: ReadonlyMap<string, LockedPayment>,
  fresh: readonly Chargeback[],
  { areLines }: { areLines: boolean },
): Promise<void> {
  if (fresh.length === 0) return
  const rows = fresh.map((chargeback) => ({
    ...newRow(chargeback),
    providerTransactionId: areLines ? chargeback.transactionId : null,
    createdAt: work.now,
  }))
  await insertRows(work.tx, 'chargebacks', rows)
  await post(
    work,
    rows.map(({ ledgerKey, paymentId, amountIdr }) => lossOf(ledgerKey, paymentId, amountIdr)),
  )
  await addChargedBack(work, fresh)
  reportChargebacks(work, payments, fresh)
}

/**
 * Builds the ledger posting for the company's loss by a chargeback. A negative amount makes an earlier loss
 * smaller.
 */
export function lossOf(key: string, paymentId: string | null, amountIdr: Rupiah): Posting {
  const [from, to] =
    amountIdr > 0 ? (['chargeback-loss', 'gateway'] as const) : (['gateway', 'chargeback-loss'] as const)
  const idr = Math.abs(amountIdr)
  return {
    key,
    kind: 'payment.charged_back',
    subject: paymentId ? ['payment', paymentId] : ['provider_transaction', newId()],
    entries: [debit(from, idr), credit(to, idr)],
  }
}

/**
 * Divides a sum that came back among chargebacks of one payment, in the order that they have. Which of them
 * gets it does not matter to the rupiah: company and buyer end with the same.
 */
export function takeInTurn<T extends { leftIdr: Rupiah }>(
  lost: readonly T[],
  amountIdr: Rupiah,
): (T & { partIdr: Rupiah })[] {
  let restIdr = amountIdr
  return lost.flatMap((chargeback) => {
    const partIdr = Math.min(chargeback.leftIdr, restIdr)
    restIdr -= partIdr
    return partIdr > 0 ? [{ ...chargeback, partIdr }] : []
  })
}

/**
 * Makes chargebacks smaller by these parts, or larger where a part is negative. Each part is one correction.
 * The caller has locked the chargebacks' rows.
 */
export async function correctChargebacks(
  work: Work,
  parts: readonly { id: string; partIdr: Rupiah }[],
): Promise<void> {
  await sql`
    update chargebacks c set amount_idr = c.amount_idr - p.part_idr, corrections = c.corrections + p.n
    from (
      select id, sum(part_idr) as part_idr, count(*)::int as n
      from jsonb_to_recordset(${asRecords(parts)}::jsonb) as r(id uuid, part_idr bigint) group by id
    ) p
    where c.id = p.id`.execute(work.tx)
}

/**
 * Adds the charged-back sums to the totals of their payments; the caller has locked the payments' rows. Then
 * corrects the money of the buyers: some owe laku money, others get money into their wallets.
 */
export async function addChargedBack(
  work: Work,
  changes: readonly Pick<Chargeback, 'paymentId' | 'amountIdr'>[],
): Promise<void> {
  const rows = changes.flatMap(({ paymentId: id, amountIdr }) => (id ? [{ id, amountIdr }] : []))
  await sql`
    update payments p set charged_back_idr = p.charged_back_idr + c.amount_idr
    from (
      select id, sum(amount_idr) as amount_idr from jsonb_to_recordset(${asRecords(rows)}::jsonb) as r(id uuid, amount_idr bigint) group by id
    ) c
    where p.id = c.id`.execute(work.tx)
  await levelBuyers(
    work,
    rows.map((row) => row.id),
  )
}

/**
 * Links a line of Xendit's transaction list to the chargeback that staff reported before. If staff reported
 * another amount, the difference is posted.
 */
export async function recognize(work: Work, told: BookedChargeback, line: Chargeback): Promise<void> {
  const changeIdr = line.amountIdr - told.amountIdr
  await sql`
    update chargebacks set provider_transaction_id = ${line.transactionId}, amount_idr = ${line.amountIdr},
      corrections = corrections + ${changeIdr === 0 ? 0 : 1}
    where id = ${told.id} and provider_transaction_id is null`.execute(work.tx)
  await endAttention(work, 'chargeback_ambiguous', line.transactionId, 'it is the one that staff told of')
  if (changeIdr === 0) return
  await post(work, [lossOf(correctionKey(told.ledgerKey, told.corrections), told.paymentId, changeIdr)])
  await addChargedBack(work, [{ paymentId: told.paymentId, amountIdr: changeIdr }])
}

/** Notifies staff of chargebacks, so that they look at the order before its parcel is sent. */
export function reportChargebacks(
  work: Work,
  payments: ReadonlyMap<string, LockedPayment>,
  fresh: readonly Chargeback[],
): void {
  for (const { transactionId, paymentId, amountIdr } of fresh) {
    const code = payments.get(paymentId ?? '')?.code
    work.requestAttention({
      kind: 'payment_charged_back',
      subject: paymentId ? ['payment', paymentId] : ['provider_transaction', transactionId],
      message: code
        ? `${code} was charged back by the bank of the card. Look at its order before it is sent.`
        : 'Money was charged back, but laku knows no payment for it. Look for it in the list of differences.',
      command: code ? `laku payments show ${code}` : 'laku payments reconcile',
      details: { transactionId, amountIdr },
    })
  }
}

function reportAmbiguousChargeback(work: Work, { transactionId, paymentId, amountIdr }: Chargeback): void {
  const command = `laku payments chargeback ${paymentId} --transaction ${transactionId} --amount ${amountIdr}`
  work.requestAttention({
    kind: 'chargeback_ambiguous',
    subject: ['provider_transaction', transactionId],
    message:
      'The provider lists a chargeback of a payment, and staff booked one with another amount. Say whether it is another one (--another) or the same one (--same-as).',
    command: `${command} --another`,
    details: { transactionId, paymentId, amountIdr, otherwise: `${command} --same-as ID` },
  })
}

/**
 * Returns true if a chargeback of `amountIdr` is too large for a received payment. A chargeback can take back
 * at most the sum that the buyer paid by invoice, and not the part from the wallet.
 */
export function takesTooMuch(payment: LockedPayment, amountIdr: Rupiah): boolean {
  return payment.paidAt !== null && payment.chargedBackIdr + amountIdr > takeableIdr(payment)
}

/** The SQL condition that the money of payment `p` is confirmed, so that it is not in quarantine. */
export const isConfirmed: RawBuilder<boolean> = sql<boolean>`exists (
  select from ledger_transactions t where t.key = 'payment:' || p.id || ':confirmed')`

/**
 * Refuses a chargeback above the sum that the buyer paid by invoice. A card issuer cannot take back the part
 * that the buyer's wallet paid. A payment whose money went out of quarantine to somebody else never had that
 * money. So a chargeback of such a payment is refused too, and the provider's transaction list tells where it
 * belongs. `besides` is the sum that other chargebacks have taken back of the payment.
 * @throws payment.not_refundable
 */
export async function requireTakeable(
  { tx }: Work,
  payment: LockedPayment,
  amountIdr: Rupiah,
  besides: Rupiah = payment.chargedBackIdr,
): Promise<void> {
  const { id, code, status, method, paidAt } = payment
  const isTakeable =
    method === 'invoice' && paidAt !== null && amountIdr > 0 && amountIdr + besides <= takeableIdr(payment)
  if (isTakeable) {
    const { rows } = await sql`select from payments p where p.id = ${id}::uuid and ${isConfirmed}`.execute(tx)
    if (rows.length > 0) return
  }
  throw paymentErrors.not_refundable({ code, status, amountIdr })
}

/**
 * Returns the sum that card issuers can take back of a received payment. If an invoice was underpaid and the
 * company added the rest, `paidAmountIdr` is below the amount asked for. A card issuer cannot take back the
 * company's part.
 */
const takeableIdr = ({ amountIdr, paidAmountIdr, walletIdr }: LockedPayment): Rupiah =>
  (paidAmountIdr ?? amountIdr) - walletIdr
