import { type RawBuilder, sql } from 'kysely'
import type { Tx, Work } from '../../kernel/index.ts'
import {
  type ChainLink,
  digestOf,
  headHolds,
  headOf,
  lastLinks,
  type WrittenLink,
  writeLink,
} from './link.ts'

/**
 * The number and the head of the last page of the ledger's chain, which are also written to the log. They are
 * in the log, because somebody who deletes postings from the database cannot delete them from the log.
 */
export interface ChainHead {
  page: number
  head: string
}

/**
 * The maximum number of postings in a page of the ledger's chain. But if a single database transaction has
 * more postings, all of them are in one page.
 */
const PAGE_SIZE = 5_000
/**
 * The shortest time (s) between two pages of the ledger's chain. It is so short that a posting is in the
 * chain at most 10 s after its commit, if the worker checks every second whether a page is due.
 */
const PAGE_EVERY_S = 5

const lastThrough = sql`coalesce((select through_xid from ledger_chain order by page desc limit 1), '0'::xid8)`

/**
 * An SQL condition that is true if a new page of the ledger's chain is due. It is due if some committed
 * postings are in no page and the last page is at least 5 s old. It is never due while the chain is reported
 * as broken.
 */
export const chainDue = (): RawBuilder<boolean> => sql<boolean>`
  exists (
    select from ledger_transactions t
    where t.written_in >= ${lastThrough} and t.written_in < pg_snapshot_xmin(pg_current_snapshot()))
  and not exists (
    select from ledger_chain where taken_at > clock_timestamp() - make_interval(secs => ${PAGE_EVERY_S})
      and page = (select max(page) from ledger_chain))
  and not exists (select from attention where kind = 'ledger_chain_broken' and resolved_at is null)`

/**
 * Adds a page to the ledger's chain, with up to 5,000 postings committed since the last page. It takes only
 * postings from before the oldest open transaction. Otherwise a posting that belongs to this page could be
 * committed after the page was written.
 *
 * The chain is broken in a restored copy, or if a page is gone or changed. Then this function writes nothing
 * and raises an attention item. Returns the last page of the chain; undefined if there is none.
 */
export async function takeChainPage(work: Work, seen?: ChainHead): Promise<ChainHead | undefined> {
  const [last, previous] = await lastLinks(work.tx, 2)
  const next = await nextPage(work.tx, last)
  const broken = (await whyBroken(work, last, previous, seen)) ?? whyNotOn(last, next)
  if (broken) {
    reportBrokenChain(work, broken)
    return seen
  }
  if (next.transactions === 0) return last && { page: last.page, head: last.head }
  const link: ChainLink = {
    page: (last?.page ?? 0) + 1,
    kind: 'page',
    systemId: next.systemId,
    fromXid: last?.throughXid ?? '0',
    throughXid: next.throughXid,
    recordedSince: last?.recordedSince ?? '1970-01-01T00:00:00.000000',
    transactions: next.transactions,
    digest: next.digest,
    declaredBy: null,
    reason: null,
  }
  const head = headOf(work.vault, last?.head ?? '', link)
  return (await writeLink(work.tx, { ...link, head })) ? { page: link.page, head } : seen
}

interface NextPage {
  systemId: string
  /** The database's transaction number below which every transaction has ended. */
  horizon: string
  throughXid: string
  transactions: number
  digest: string
}

/**
 * Reads the postings of the next page of the ledger's chain. The same statement reads the oldest open
 * transaction, so that both results come from one snapshot of the database.
 */
async function nextPage(tx: Tx, last: WrittenLink | undefined): Promise<NextPage> {
  const from = sql`${last?.throughXid ?? '0'}::xid8`
  const since = sql`${last?.recordedSince ?? '1970-01-01'}::timestamp at time zone 'UTC'`
  const { rows } = await sql<NextPage>`
    with here as (
      select (pg_control_system()).system_identifier::text as system_id, pg_snapshot_xmin(pg_current_snapshot()) as horizon
    ), bound as (
      select least(here.horizon, coalesce((
        select (t.written_in::text::numeric + 1)::text::xid8 from ledger_transactions t
        where t.written_in >= ${from} and t.recorded_at >= ${since}
        order by t.written_in offset ${PAGE_SIZE - 1} limit 1), here.horizon)) as through
      from here
    )
    select here.system_id, here.horizon::text as horizon, bound.through::text as through_xid,
      count(t.id)::int8 as transactions, ${digestOf} as digest
    from here cross join bound
    left join ledger_transactions t on t.written_in >= ${from} and t.written_in < bound.through and t.recorded_at >= ${since}
    group by here.system_id, here.horizon, bound.through`.execute(tx)
  if (!rows[0]) throw new Error('the database did not say which cluster it is')
  return rows[0]
}

/**
 * Returns why the ledger's chain is broken; undefined if it is not. The last page must fit the page before
 * it, and the page that this process read last must be unchanged.
 */
async function whyBroken(
  work: Work,
  last: WrittenLink | undefined,
  previous: WrittenLink | undefined,
  seen: ChainHead | undefined,
): Promise<string | undefined> {
  if (last && !headHolds(work.vault, previous?.head ?? '', last)) {
    return `page ${last.page} does not follow from the page before it`
  }
  if (!seen) return undefined
  const { rows } = await sql<{
    head: string
  }>`select head from ledger_chain where page = ${seen.page}`.execute(work.tx)
  if (rows[0]?.head === seen.head) return undefined
  return `page ${seen.page} was written with head ${seen.head} and is ${rows[0] ? 'another one now' : 'gone'}`
}

function whyNotOn(last: WrittenLink | undefined, next: NextPage): string | undefined {
  if (!last) return undefined
  if (last.systemId !== next.systemId)
    return `page ${last.page} was written by another database cluster: this is a copy`
  if (BigInt(last.throughXid) > BigInt(next.horizon))
    return `page ${last.page} ends at transaction ${last.throughXid}, which this database has not reached`
  return undefined
}

function reportBrokenChain(work: Work, why: string): void {
  work.requestAttention({
    kind: 'ledger_chain_broken',
    subject: ['ledger', 'chain'],
    message: `The chain of the ledger is broken: ${why}. Find out why; after a restore, declare the break.`,
    command: 'laku ledger declare-break --reason …',
  })
}

/**
 * Returns the number and the head of the last page of the ledger's chain; undefined if the chain is empty.
 */
export async function chainHead(tx: Tx): Promise<ChainHead | undefined> {
  const [last] = await lastLinks(tx, 1)
  return last && { page: last.page, head: last.head }
}
