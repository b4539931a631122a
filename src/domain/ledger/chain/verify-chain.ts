import { sql } from 'kysely'
import type { Check, Tx, Vault } from '../../kernel/index.ts'
import { digestOf, headHolds, linkColumns, type WrittenLink } from './link.ts'
import type { ChainHead } from './take-page.ts'

const SHOWN = 10
const PAGES_AT_ONCE = 1_000

interface ReadLink extends WrittenLink {
  reseal: string | null
  foundTransactions: number
  foundDigest: string
}

/**
 * Checks the ledger's chain from its first page on: no page is missing, each page follows from the page
 * before, and each page's postings are unchanged.
 */
async function brokenPages(tx: Tx, vault: Vault): Promise<string[]> {
  const wrong: string[] = []
  let before: WrittenLink | undefined
  for (;;) {
    const links = await readLinks(tx, before?.page ?? 0)
    for (const link of links) {
      wrong.push(...wrongOf(vault, before, link))
      before = link
    }
    if (links.length < PAGES_AT_ONCE || wrong.length >= SHOWN) return wrong.slice(0, SHOWN)
  }
}

function wrongOf(vault: Vault, before: WrittenLink | undefined, link: ReadLink): string[] {
  const { foundTransactions, foundDigest, reseal, ...written } = link
  const expected = (before?.page ?? 0) + 1
  if (link.page !== expected) return [`pages ${expected} to ${link.page - 1} of the chain are gone`]
  if (!headHolds(vault, before?.head ?? '', written, reseal))
    return [`page ${link.page} does not follow from the page before it`]
  const off = link.transactions - foundTransactions
  if (off > 0) return [`page ${link.page} was made of ${link.transactions} postings, ${off} of them are gone`]
  if (off < 0)
    return [`page ${link.page} was made of ${link.transactions} postings, there are ${-off} more now`]
  if (link.digest !== foundDigest) return [`page ${link.page} has other postings than it was made of`]
  return []
}

/**
 * Reads pages of the ledger's chain, each with the number and the digest of the postings that the ledger now
 * has for the page. A posting that was recorded after a page was written does not count for the page. Its
 * transaction number may lie within the page, because a restored database gives the same numbers again.
 */
async function readLinks(tx: Tx, after: number): Promise<ReadLink[]> {
  const { rows } = await sql<ReadLink>`
    with pages as (select * from ledger_chain where page > ${after} order by page limit ${PAGES_AT_ONCE})
    select ${linkColumns}, s.head as reseal, d.found_transactions, d.found_digest
    from pages c left join ledger_chain_reseals s on s.page = c.page cross join lateral (
      select count(t.id)::int8 as found_transactions, ${digestOf} as found_digest from ledger_transactions t
      where case c.kind
        when 'page' then t.written_in >= c.from_xid and t.written_in < c.through_xid and t.recorded_at >= c.recorded_since
          and t.recorded_at <= c.taken_at
        else t.recorded_at < c.recorded_since end
    ) d
    order by c.page`.execute(tx)
  return rows
}

export const chainCheck: Check = {
  name: 'no posting of the chain was deleted or added',
  violations: brokenPages,
}

export interface LoggedHead extends ChainHead {
  /**
   * The time at which the head of the page was logged, as ISO 8601; undefined if the log line has no time.
   */
  time?: string | undefined
}

/**
 * Checks that every head that was written to the log is still in the ledger's chain. But a page of the chain
 * may be lost in a restore. If a break of the chain was declared after that page was logged, the page's head
 * is not checked.
 */
export const headsCheck = (heads: readonly LoggedHead[]): Check => ({
  name: 'every head of the log is in the chain',
  violations: async (tx) => {
    const { rows } = await sql<{ page: number; head: string; time: string | null; found: string | null }>`
      select h.page, h.head, h.time, c.head as found
      from jsonb_to_recordset(${JSON.stringify(heads)}::jsonb) as h(page int8, head text, "time" timestamptz)
      left join ledger_chain c on c.page = h.page
      where c.head is distinct from h.head and not exists (
        select from ledger_chain b where b.kind = 'break' and b.page <= h.page and b.taken_at > h."time")
      order by h.page limit ${SHOWN}`.execute(tx)
    return rows.map(({ page, head, found }) =>
      found
        ? `page ${page} was logged as ${head} and is ${found}`
        : `page ${page}, logged as ${head}, is gone`,
    )
  },
})

/**
 * The state of the ledger's chain of pages: the last page, the postings in no page yet, and the declared
 * breaks.
 */
export interface ChainState {
  page: number
  head: string | null
  /**
   * The number of postings that are in no page of the chain yet. Nobody would notice if such a posting were
   * deleted.
   */
  unchained: number
  breaks: { page: number; declaredBy: string; reason: string; at: Date }[]
}

export async function chainState(tx: Tx): Promise<ChainState> {
  const { rows } = await sql<ChainState>`
    with last as (select page, head, through_xid, recorded_since from ledger_chain order by page desc limit 1)
    select coalesce((select page from last), 0)::int8 as page, (select head from last) as head,
      (select count(*) from ledger_transactions t
        where t.written_in >= coalesce((select through_xid from last), '0'::xid8)
          and t.recorded_at >= coalesce((select recorded_since from last), '-infinity'))::int8 as unchained,
      coalesce((select jsonb_agg(jsonb_build_object('page', page, 'declaredBy', declared_by, 'reason', reason, 'at', taken_at) order by page)
        from ledger_chain where kind = 'break'), '[]') as breaks`.execute(tx)
  return rows[0] ?? { page: 0, head: null, unchained: 0, breaks: [] }
}
