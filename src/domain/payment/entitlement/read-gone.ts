import { type RawBuilder, sql } from 'kysely'
import type { Work } from '../../kernel/index.ts'
import type { LockedPayment } from '../payments/lock.ts'
import { type Gone, isPlain } from './rules.ts'
import { readSurplus, type Surplus } from './surplus.ts'

// The kinds of ledger transactions that count as money returned by a refund. Other kinds of postings about a
// refund do not count: for example, those about money that went out twice.
const ofRefunds = [
  'refund.decided',
  'refund.submitted',
  'refund.failed',
  'refund.succeeded',
  'refund.to_wallet',
]
export const CLAIMED = 'payment.claimed'
export const CLAIM_RETURNED = 'payment.claim_returned'
export const WRITTEN_OFF = 'payment.claim_written_off'

/**
 * The SQL for the ledger transactions that returned money of a payment `p` to its buyer: the rebate and the
 * refunds. It also finds those by which the buyer owes some of this money (claims), or paid it back.
 */
export const goesBack: RawBuilder<{ id: string }> = sql`
  select t.id from ledger_transactions t where t.key = 'participant:' || p.participant_id || ':released'
  union all
  select t.id from refunds r join ledger_transactions t on t.subject_id = r.id and t.kind = any(${ofRefunds})
  where r.payment_id = p.id and r.quarantine_id is null
  union all
  select t.id from ledger_transactions t where t.subject_id = p.id and t.kind in (${CLAIMED}, ${CLAIM_RETURNED})`

const none: Gone = {
  arrivedIdr: 0,
  underWayIdr: 0,
  lossIdr: 0,
  claimedIdr: 0,
  writtenOffIdr: 0,
  surplusIdr: 0,
}

/**
 * Returns, from the ledger, how much money of each payment was returned, and to whom. The caller has locked
 * the payments' rows.
 */
export async function readGone(work: Work, paymentIds: Iterable<string>): Promise<Map<string, Gone>> {
  const ids = [...new Set(paymentIds)]
  return withSurplus(await readReturned(work, ids), await readSurplus(work, ids))
}

/**
 * Adds what the provider refunded beyond what laku asked for. What the company wrote off of it counts like
 * any written-off debt: the buyer has it.
 */
function withSurplus(
  gone: ReadonlyMap<string, Gone>,
  surplus: ReadonlyMap<string, Surplus>,
): Map<string, Gone> {
  return new Map(
    [...gone].map(([id, some]): [string, Gone] => {
      const { waitsIdr = 0, writtenOffIdr = 0 } = surplus.get(id) ?? {}
      return [id, { ...some, surplusIdr: waitsIdr, writtenOffIdr: some.writtenOffIdr + writtenOffIdr }]
    }),
  )
}

async function readReturned(work: Work, ids: readonly string[]): Promise<Map<string, Gone>> {
  const gone = new Map(ids.map((id) => [id, none]))
  if (ids.length === 0) return gone
  const { rows } = await sql<Gone & { id: string }>`
    select p.id,
      coalesce(-sum(e.amount_idr) filter (where a.key in ('gateway', 'buyer-claims', 'wallet:' || p.user_id)), 0)::int8 as arrived_idr,
      coalesce(-sum(e.amount_idr) filter (where a.key in ('refunds-payable', 'refunds-in-flight')), 0)::int8 as under_way_idr,
      coalesce(-sum(e.amount_idr) filter (where a.key = 'chargeback-loss'), 0)::int8 as loss_idr,
      coalesce((
        select sum(c.amount_idr) from ledger_transactions ct join ledger_entries c on c.transaction_id = ct.id
        join ledger_accounts ca on ca.id = c.account_id where ct.subject_id = p.id and ca.key = 'buyer-claims'
      ), 0)::int8 as claimed_idr,
      coalesce((
        select -sum(c.amount_idr) from ledger_transactions ct join ledger_entries c on c.transaction_id = ct.id
        join ledger_accounts ca on ca.id = c.account_id
        where ct.subject_id = p.id and ct.kind = ${WRITTEN_OFF} and ca.key = 'buyer-claims'
      ), 0)::int8 as written_off_idr
    from payments p cross join lateral (${goesBack}) t
    join ledger_entries e on e.transaction_id = t.id join ledger_accounts a on a.id = e.account_id
    where p.id = any(${ids}::uuid[]) group by p.id`.execute(work.tx)
  for (const { id, ...value } of rows) gone.set(id, value)
  return gone
}

/**
 * Returns how much of each payment was returned so far, before a new refund is decided. The ledger is read
 * only for payments with a chargeback, with a sum added by the company, or of which the provider refunded
 * more than it should and the company wrote that off. For any other payment, the payment's own row says how
 * much was returned.
 */
export async function goneBefore(
  work: Work,
  payments: ReadonlyMap<string, LockedPayment>,
): Promise<Map<string, Gone>> {
  const surplus = await readSurplus(work, payments.keys())
  const isRead = (payment: LockedPayment) =>
    !isPlain(payment) || (surplus.get(payment.id)?.writtenOffIdr ?? 0) > 0
  const all = [...payments.values()]
  const asked = all.filter(isRead).map((payment) => payment.id)
  const read = asked.length === 0 ? [] : await readReturned(work, asked)
  const plain = all
    .filter((payment) => !isRead(payment))
    .map(({ id, returnedIdr }): [string, Gone] => [id, { ...none, arrivedIdr: returnedIdr }])
  return withSurplus(new Map([...read, ...plain]), surplus)
}
