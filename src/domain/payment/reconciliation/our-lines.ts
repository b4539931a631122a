import { sql } from 'kysely'
import { inSql, type Rupiah, type Tx } from '../../kernel/index.ts'
import { executedPayoutStates } from '../../payout/index.ts'

/** One posting in laku's ledger on the account `gateway` (the money at Xendit), with its sum. */
export interface OurLine {
  key: string
  kind: string
  amountIdr: Rupiah
  /**
   * The ids and references that Xendit's transaction list may use for this posting's payment, refund or
   * payout.
   */
  names: string[]
  /**
   * The id of the line in Xendit's transaction list from which this posting was made; null if it was made
   * otherwise.
   */
  lineId: string | null
  occurredAt: Date
}

interface OurEntry extends OurLine {
  seq: number
  /** The ledger key of the posting that this posting reverses; null if it reverses none. */
  takesBack: string | null
}

const A_PAGE = 1_000

export interface OurPage {
  lines: OurLine[]
  lastSeq: number | undefined
}

/**
 * Returns a page of the postings on laku's ledger account `gateway` (the money at Xendit) from `since` to
 * `until`, oldest first. With `key`, returns only the posting with this ledger key. Each posting has the ids
 * and references that Xendit's transaction list may use for it.
 */
export async function ourLines(
  tx: Tx,
  {
    since,
    until,
    afterSeq = 0,
    key,
  }: { since?: Date | undefined; until?: Date | undefined; afterSeq?: number; key?: string },
): Promise<OurPage> {
  const { rows } = await sql<OurEntry>`
    select e.seq, t.key, t.kind, e.amount_idr, t.occurred_at, s.takes_back,
      case when t.kind like 'gateway.%' then split_part(t.key, ':', 2) when t.kind = 'suspense.opened' then s.provider_id
        when t.key like 'chargeback-won:%' then split_part(t.key, ':', 2) else c.provider_transaction_id end as line_id,
      array_remove(case
        when t.kind = 'payment.confirmed' then (
          select array[provider_invoice_id, code, provider_payment_id, provider_payment_request_id] from payments where id = t.subject_id)
        when t.kind = 'payment.quarantined' then (
          select array[q.provider_invoice_id, p.code, q.provider_payment_id, q.provider_payment_request_id]
          from quarantined_money q left join payments p on p.id = q.payment_id where q.provider_invoice_id = split_part(t.key, ':', 2))
        when t.kind = 'refund.succeeded' then (select array[provider_refund_id] from refunds where id = t.subject_id)
        when t.kind like 'gateway.%' then array[split_part(t.key, ':', 2)]
        when t.kind in ('payment.charged_back', 'quarantine.charged_back') then array[
          split_part(t.key, ':', 2), c.provider_transaction_id]
        when t.kind = 'suspense.opened' then array[s.provider_id]
        else (
          select array_agg(distinct n.name) from payouts o cross join lateral (values (o.provider_payout_id), (o.key)) as n(name)
          where o.subject_id = t.subject_id and (t.key like '%' || o.id || '%' or o.status in ${inSql(executedPayoutStates)}))
      end, null) as names
    from ledger_entries e join ledger_transactions t on t.id = e.transaction_id
    left join lateral (
      select provider_id, case when key like 'posting:%' then substr(key, 9) end as takes_back
      from suspense_items where t.kind = 'suspense.opened' and id = t.subject_id
    ) s on true
    left join chargebacks c on t.kind in ('payment.charged_back', 'quarantine.charged_back')
      and c.ledger_key = regexp_replace(t.key, ':corrected(:[0-9]+)?$', '')
    where e.account_id = (select id from ledger_accounts where key = 'gateway') and e.seq > ${afterSeq}
      and ${key === undefined ? sql`true` : sql`t.key = ${key}`}
      and ${since ? sql`t.occurred_at >= ${since}` : sql`true`} and ${until ? sql`t.occurred_at <= ${until}` : sql`true`}
    order by e.seq limit ${A_PAGE}`.execute(tx)
  return {
    lines: await withoutTakenBack(tx, rows),
    lastSeq: rows.length < A_PAGE ? undefined : rows.at(-1)?.seq,
  }
}

/**
 * Leaves out postings that staff moved into the suspense account (unexplained money) because Xendit's
 * transaction list lacks them. The postings that reverse them are left out too.
 */
async function withoutTakenBack(tx: Tx, entries: readonly OurEntry[]): Promise<OurLine[]> {
  const keys = entries.map((entry) => `posting:${entry.key}`)
  const { rows } = await sql<{ key: string }>`
    select key from suspense_items where key = any(${keys})`.execute(tx)
  const taken = new Set(rows.map((row) => row.key))
  return entries
    .filter((entry) => entry.takesBack === null && !taken.has(`posting:${entry.key}`))
    .map(({ seq: _, takesBack: __, ...line }) => ({ ...line, names: line.names ?? [] }))
}
