import { type RawBuilder, sql } from 'kysely'
import type { Rupiah, Tx } from '../kernel/index.ts'
import { accountInWords, momentInWords } from './words.ts'

/**
 * The filter for the ledger entries to describe. An entry is described if it matches at least one of these
 * fields.
 */
export interface TellingOf {
  /**
   * The ids of objects, such as payments, participants, refunds and orders. Every entry of a ledger
   * transaction about one of these objects matches.
   */
  subjectIds?: readonly string[]
  /** The id of one order item; its ledger entries match. */
  orderItemId?: string
  seqs?: readonly number[]
  account?: string
  /**
   * An amount in rupiah. If one entry of a ledger transaction has exactly this amount, all entries of that
   * transaction match.
   */
  amountIdr?: Rupiah
}

export interface EntryDescription {
  account: string
  inWords: string
  /** The amount of the ledger entry: a debit is positive, a credit negative. */
  amountIdr: Rupiah
  /**
   * The change of the account's balance by this entry. The usual side of the account's kind counts as
   * positive, such as debit for an asset.
   */
  changeIdr: Rupiah
  /**
   * The account's balance after this entry, from the described postings alone. The usual side of the
   * account's kind counts as positive, such as debit for an asset.
   */
  runningIdr: Rupiah
}

export interface PostingDescription {
  key: string
  kind: string
  inWords: string
  subject: { kind: string; id: string }
  occurredAt: Date
  entries: EntryDescription[]
}

export interface Telling {
  postings: PostingDescription[]
  /**
   * The balance of each account from all described postings. The usual side of the account's kind counts as
   * positive, such as debit for an asset.
   */
  sums: { account: string; inWords: string; balanceIdr: Rupiah }[]
  nextCursor: string | null
}

function chosen(of: TellingOf): RawBuilder<unknown> {
  const any: RawBuilder<unknown>[] = []
  if (of.subjectIds) {
    any.push(sql`select e.* from ledger_transactions t join ledger_entries e on e.transaction_id = t.id
      where t.subject_id = any(${of.subjectIds}::uuid[])`)
  }
  if (of.orderItemId)
    any.push(sql`select e.* from ledger_entries e where e.order_item_id = ${of.orderItemId}::uuid`)
  if (of.seqs) any.push(sql`select e.* from ledger_entries e where e.seq = any(${of.seqs}::int8[])`)
  if (of.account) {
    any.push(sql`select e.* from ledger_entries e join ledger_accounts a on a.id = e.account_id
      where a.key = ${of.account}`)
  }
  if (of.amountIdr !== undefined) {
    any.push(sql`select e.* from ledger_entries e where e.transaction_id in (
      select transaction_id from ledger_entries where amount_idr in (${of.amountIdr}, ${-of.amountIdr}))`)
  }
  if (any.length === 0) throw new Error('nothing was said of which postings to tell')
  return sql.join(any, sql` union `)
}

const sign = sql`case when a.kind in ('asset', 'expense') then 1 else -1 end`

/**
 * Describes ledger postings in the order in which they were written, a page at a time, each with the running
 * balances of its accounts. `limit` counts ledger transactions; the cursor is the `nextCursor` of the page
 * before.
 */
export async function describePostings(
  tx: Tx,
  of: TellingOf,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<Telling> {
  const { rows } = await sql<Omit<PostingDescription, 'inWords'> & { firstSeq: number }>`
    with chosen as (${chosen(of)}),
    numbered as (select c.*, min(c.seq) over (partition by c.transaction_id) as first_seq from chosen c),
    told as (
      select n.first_seq, n.seq, n.transaction_id, a.key as account, n.amount_idr, (${sign}) * n.amount_idr as change_idr,
        (${sign}) * sum(n.amount_idr) over (partition by n.account_id order by n.first_seq, n.seq) as running_idr
      from numbered n join ledger_accounts a on a.id = n.account_id
    ),
    page as (
      select distinct first_seq from numbered where first_seq > ${Number(cursor ?? 0)}::int8 order by first_seq limit ${limit + 1}
    )
    select t.key, t.kind, t.occurred_at, told.first_seq, jsonb_build_object('kind', t.subject_kind, 'id', t.subject_id) as subject,
      jsonb_agg(jsonb_build_object('account', told.account, 'amountIdr', told.amount_idr, 'changeIdr', told.change_idr,
        'runningIdr', told.running_idr) order by told.seq) as entries
    from told join page using (first_seq) join ledger_transactions t on t.id = told.transaction_id
    group by t.id, told.first_seq order by told.first_seq`.execute(tx)
  const { rows: sums } = await sql<{ account: string; balanceIdr: Rupiah }>`
    with chosen as (${chosen(of)})
    select a.key as account, ((${sign}) * sum(c.amount_idr))::int8 as balance_idr
    from chosen c join ledger_accounts a on a.id = c.account_id group by a.id order by a.key`.execute(tx)
  const shown = rows.slice(0, limit)
  return {
    postings: shown.map(({ firstSeq: _, entries, ...posting }) => ({
      ...posting,
      inWords: momentInWords(posting.kind),
      entries: entries.map((entry) => ({ ...entry, inWords: accountInWords(entry.account) })),
    })),
    sums: sums.map((sum) => ({ ...sum, inWords: accountInWords(sum.account) })),
    nextCursor: rows.length > limit ? String(shown.at(-1)?.firstSeq) : null,
  }
}
