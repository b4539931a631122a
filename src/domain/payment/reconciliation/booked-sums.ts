import { sql } from 'kysely'
import { asRecords, inSql, type Rupiah, type Tx, type Work } from '../../kernel/index.ts'
import { executedPayoutStates } from '../../payout/index.ts'
import type { GatewayTransaction } from './gateway-transactions.ts'

/** The sums in laku's ledger for one line of Xendit's transaction list. */
export interface Booked {
  id: string
  /**
   * The sum by which the line changed laku's ledger account `gateway` (the money at Xendit), without fees.
   */
  amountIdr: Rupiah
  feeIdr: Rupiah
  /**
   * The number of postings of the line's amount; `feePostings` is the same for its fee. The ledger key of the
   * next correction contains this number.
   */
  postings: number
  feePostings: number
  /** The ledger keys of all postings that belong to the line. */
  keys: string[]
  /**
   * Those of `keys` that name the line's payment, refund or payout, and not the line. Other lines of that
   * object have the same keys, so each key belongs to the one line that claimed it (`claimPostings`).
   */
  objectKeys: string[]
}

/**
 * Returns the sum by which a line changed our balance at Xendit, without fees. Undefined while the line is
 * not final.
 */
export function movedIdr({ status, moneyIn, amountIdr }: GatewayTransaction): Rupiah | undefined {
  if (status === 'PENDING' || status === 'UNKNOWN') return undefined
  if (status !== 'SUCCESS') return 0
  return moneyIn ? amountIdr : -amountIdr
}

/**
 * Returns the fee that Xendit charged for a line of its transaction list. Undefined while the fee is not
 * final.
 */
export function chargedIdr({ feeIdr, feeStatus }: GatewayTransaction): Rupiah | undefined {
  if (feeStatus === 'PENDING' || feeStatus === 'UNKNOWN') return undefined
  return feeStatus === 'COMPLETED' ? feeIdr : 0
}

/**
 * The maximum number of corrections that laku posts for one line of Xendit's transaction list. After that,
 * staff must look at the line.
 */
export const MAX_CORRECTIONS = 12

/**
 * Returns the sums in laku's ledger for each of these lines of Xendit's transaction list. A line's payment is
 * found by its invoice (`payment_link_id`, formerly `product_id`), by Xendit's ids, or else by laku's
 * reference. Postings of the line itself count too: fees, transfers, chargebacks, suspense. If staff put a
 * posting into suspense as one that the provider lacks, it counts as 0: its line then differs and is booked.
 *
 * A posting counts for one line only. If several lines name the same payment, refund or payout, that is the
 * line that claimed the posting; without a claim the oldest of these lines that moved money, and in the
 * direction of the posting. So a line that brings a payout back has the posting that gave the money back.
 */
export async function bookedOf(
  tx: Tx,
  transactions: readonly GatewayTransaction[],
): Promise<Map<string, Booked>> {
  if (transactions.length === 0) return new Map()
  const lines = transactions.map(
    ({ id, type, status, moneyIn, productId, paymentLinkId, referenceId, createdAt }) => ({
      id,
      type,
      status,
      moneyIn,
      productId,
      linkId: paymentLinkId,
      reference: referenceId,
      createdAt,
    }),
  )
  const { rows } = await sql<Booked>`
    with lines as (
      select * from jsonb_to_recordset(${asRecords(lines)}::jsonb)
        as l(id text, type text, status text, money_in boolean, product_id text, link_id text, reference text, created_at timestamptz)
    ), by_invoice as (
      select l.id, 'payment:' || p.id || ':confirmed' as key
      from lines l join payments p on p.provider_invoice_id = any(array[l.link_id, l.product_id]) where l.type = 'PAYMENT'
      union
      select l.id, 'invoice:' || q.provider_invoice_id || ':quarantined'
      from lines l join quarantined_money q on q.provider_invoice_id = any(array[l.link_id, l.product_id]) where l.type = 'PAYMENT'
      union
      select l.id, 'payment:' || p.id || ':confirmed' from lines l join payments p on p.provider_payment_id = l.product_id where l.type = 'PAYMENT'
      union
      select l.id, 'payment:' || p.id || ':confirmed'
      from lines l join payments p on p.provider_payment_request_id = l.product_id where l.type = 'PAYMENT'
      union
      select l.id, 'invoice:' || q.provider_invoice_id || ':quarantined'
      from lines l join quarantined_money q on l.product_id in (q.provider_payment_id, q.provider_payment_request_id) where l.type = 'PAYMENT'
    ), by_reference as (
      select l.id, k.key
      from lines l join payments p on p.code = l.reference
      cross join lateral (
        select key from (
          select 'payment:' || p.id || ':confirmed' as key, p.paid_at
          where not exists (select from quarantined_money q where q.provider_invoice_id = p.provider_invoice_id)
          union all
          select 'invoice:' || q.provider_invoice_id || ':quarantined', q.paid_at from quarantined_money q where q.payment_id = p.id
        ) c order by abs(extract(epoch from c.paid_at - l.created_at)) nulls last limit 1
      ) k
      where l.type = 'PAYMENT' and l.link_id is null and l.id not in (select id from by_invoice)
    ), payouts_of as (
      select l.id, o.id as payout_id, o.key as payout_key, o.subject_id, o.purpose, o.status, case turn when 0 then '' else ':' || turn end as turn
      from lines l join payouts o on o.provider_payout_id = l.product_id or (o.provider_payout_id is null and o.key = l.reference)
      cross join lateral generate_series(0, o.turns) turn
      where l.type not in ('PAYMENT', 'REFUND', 'CHARGEBACK')
    ), keys as (
      select id, key, 'of' as part from by_invoice
      union all select id, key, 'of' from by_reference
      union all
      select l.id, 'refund:' || r.id || ':succeeded', 'of'
      from lines l join refunds r on r.provider_refund_id = l.product_id where l.type = 'REFUND'
      union all
      select o.id, 'settlement:' || o.subject_id || v.verb || o.payout_id || o.turn, 'of'
      from payouts_of o cross join (values (':confirmed:'), (':reversed:')) as v(verb) where o.purpose = 'settlement'
      union all
      select o.id, 'withdrawal:' || o.subject_id || v.verb || case when o.payout_key like '%-1' then '' else ':' || o.payout_id end || o.turn, 'of'
      from payouts_of o cross join (values (':succeeded'), (':reversed')) as v(verb)
      where o.purpose = 'withdrawal' and o.status in ${inSql(executedPayoutStates)}
      union all
      select l.id, 'company-sweep:' || l.id || k.suffix, 'own'
      from lines l cross join (
        select '' as suffix union all select ':' || n from generate_series(2, ${MAX_CORRECTIONS}) n
      ) k where l.type not in ('PAYMENT', 'REFUND')
      union all
      select l.id, c.ledger_key || k.suffix, 'line'
      from lines l join chargebacks c on c.provider_transaction_id = l.id cross join (
        select '' as suffix union all select ':corrected'
        union all select ':corrected:' || n from generate_series(2, ${MAX_CORRECTIONS}) n
      ) k where l.type = 'CHARGEBACK'
      union all
      select l.id, w.ledger_key, 'line' from lines l join chargeback_wins w on w.line_id = l.id where l.type = 'CHARGEBACK'
      union all
      select l.id, 'suspense:' || s.id || ':opened', 'line' from lines l join suspense_items s on s.provider_id = l.id
      union all
      select l.id, 'suspense:' || s.id || ':opened', 'of'
      from lines l join suspense_items s on s.provider_id = l.product_id and l.product_id <> l.id and l.type <> 'CHARGEBACK'
        and s.kind = case l.type when 'PAYMENT' then 'payment' when 'REFUND' then 'refund' else 'payout' end
      union all
      select l.id, 'gateway-fee:' || l.id || k.suffix, 'fee'
      from lines l cross join (
        select '' as suffix union all select ':returned' union all select ':' || n from generate_series(2, ${MAX_CORRECTIONS}) n
      ) k
    ), summed as (
      select k.id, k.part, k.key, sum(e.amount_idr) as amount_idr
      from (select distinct id, key, part from keys) k
      join ledger_transactions t on t.key = k.key join ledger_entries e on e.transaction_id = t.id
      where e.account_id = (select id from ledger_accounts where key = 'gateway')
      group by k.id, k.part, k.key
    ), posted as (
      select id, part, key, amount_idr from summed where part <> 'of'
      union all
      select id, 'of', key, amount_idr from (
        select distinct on (k.key) k.id, k.key, k.amount_idr
        from summed k join lines l on l.id = k.id left join provider_line_postings c on c.key = k.key
        where k.part = 'of' and (c.line_id is null or c.line_id = k.id)
        order by k.key, l.status = 'SUCCESS' desc, (k.amount_idr > 0) = l.money_in desc, l.created_at, l.id
      ) claimed
    ), posted_back as (
      select p.id, case p.part when 'fee' then 'fee' else 'line' end as part, t.key, sum(e.amount_idr) as amount_idr
      from posted p join suspense_items s on s.key = 'posting:' || p.key
      join ledger_transactions t on t.key = 'suspense:' || s.id || ':opened' join ledger_entries e on e.transaction_id = t.id
      where e.account_id = (select id from ledger_accounts where key = 'gateway')
      group by p.id, p.part, t.key
    )
    select l.id,
      coalesce(sum(p.amount_idr) filter (where p.part <> 'fee'), 0)::int8 as amount_idr,
      coalesce(-sum(p.amount_idr) filter (where p.part = 'fee'), 0)::int8 as fee_idr,
      count(*) filter (where p.part = 'own')::int as postings,
      count(*) filter (where p.part = 'fee')::int as fee_postings,
      coalesce(array_agg(p.key) filter (where p.key is not null), '{}') as keys,
      coalesce(array_agg(p.key) filter (where p.part = 'of'), '{}') as object_keys
    from lines l left join (select * from posted union all select * from posted_back) p on p.id = l.id group by l.id`.execute(
    tx,
  )
  return new Map(rows.map((row) => [row.id, row]))
}

/**
 * Records that the postings of these lines' payments, refunds and payouts count for these lines. Postings
 * that another line claimed earlier stay with that line. Then a second line of the same object is a movement
 * that laku's ledger does not have.
 */
export async function claimPostings(
  { tx }: Pick<Work, 'tx'>,
  lines: readonly Pick<Booked, 'id' | 'objectKeys'>[],
): Promise<void> {
  const claims = lines.flatMap(({ id, objectKeys }) => objectKeys.map((key) => ({ key, lineId: id })))
  if (claims.length === 0) return
  await sql`
    insert into provider_line_postings (key, line_id)
    select key, line_id from jsonb_to_recordset(${asRecords(claims)}::jsonb) as c(key text, line_id text)
    order by key on conflict (key) do nothing`.execute(tx)
}

/** Returns true if laku's ledger has the amount of a line of Xendit's transaction list, and it is final. */
export const isBooked = (line: GatewayTransaction, { amountIdr }: Booked): boolean =>
  movedIdr(line) === amountIdr
