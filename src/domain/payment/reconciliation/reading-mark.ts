import { type RawBuilder, sql } from 'kysely'
import { secondsAfter, type Work } from '../../kernel/index.ts'
import { endAttention } from '../../ops/index.ts'
import type { GatewayTransactionPage } from './gateway-transactions.ts'
import { isWholeDue, listLagS } from './list-lag.ts'

/** The place at which the reading of Xendit's transaction list goes on, or at which a new reading begins. */
export interface Reading {
  /** The time of Xendit's clock from which the reading reads lines; null: from the first line on. */
  from: Date | null
  /** The id of the last line that the reading read; null if the reading begins now. */
  afterId: string | null
  /** True if the reading began the whole overlap before the last whole reading (`isWholeDue`). */
  isWhole: boolean
  /** The time of our clock before this page is asked for. */
  at: Date
  /** The mark in the database on which this place is based. */
  stored: StoredMark
}

interface StoredMark {
  through: Date | null
  wholeThrough: Date | null
  wholeAt: Date | null
  readsFrom: Date | null
  isWhole: boolean
  afterId: string | null
  nextThrough: Date | null
  /** How often in a row Xendit refused the place at which a reading would go on. */
  refusals: number
  /** True if the reading under way began after the database server started. */
  isOfThisServer: boolean
  /** True if the list was read to its end after the database server started. */
  isRead: boolean
}

/**
 * An SQL condition: Xendit's transaction list was read to its end after the database server started. A
 * restored copy of the database always runs on a newly started server. So before that copy's first payout,
 * laku must read the list, which shows what the shop did after the backup.
 */
export const bookIsRead: RawBuilder<boolean> = sql<boolean>`exists (
  select from provider_book_reads where provider = 'xendit' and server_start = pg_postmaster_start_time())`

/**
 * The pause (s) between two runs of one reading of Xendit's transaction list. A run makes 20 calls, so a
 * reading uses a fifth of Xendit's 600 calls a minute, and reads about 90 lines a second.
 */
const PAUSE_S = 10

/** The id of the attention item about a reading that Xendit does not let go on. */
const REFUSED = 'unread: refused'

/** An SQL condition: a reading of Xendit's transaction list is not at its end, and may go on now. */
export const bookReadingGoesOn = (now: Date): RawBuilder<boolean> => sql<boolean>`exists (
  select from provider_book_reads where provider = 'xendit' and after_id is not null
    and (read_at <= ${secondsAfter(now, -PAUSE_S)}::timestamptz or read_at > ${now}::timestamptz))`

/**
 * Returns the place at which the reading of Xendit's transaction list goes on. A reading that began before
 * the database server started is begun anew: it lacks the lines after its beginning, and `bookIsRead` must
 * not become true without them.
 */
export async function readMark(work: Work): Promise<Reading> {
  const { rows } = await sql<StoredMark>`
    select through, whole_through, whole_at, reads_from, is_whole, after_id, next_through, refusals,
      began_on is not distinct from pg_postmaster_start_time() as is_of_this_server,
      server_start is not distinct from pg_postmaster_start_time() as is_read
    from provider_book_reads where provider = 'xendit'`.execute(work.tx)
  const [stored] = rows
  if (!stored) throw new Error('provider_book_reads has no row for xendit')
  const { through, wholeThrough, afterId } = stored
  const at = work.now
  if (afterId !== null && stored.isOfThisServer)
    return { from: stored.readsFrom, afterId, isWhole: stored.isWhole, at, stored }
  if (through === null) return { from: null, afterId: null, isWhole: true, at, stored }
  // After a start of the server all money waits for the first reading, so that reading is short.
  const isWhole = stored.isRead && isWholeDue(work.policy, stored.wholeAt, at)
  // Our clock may have been put back since the mark was set. A mark ahead of it would hide lines.
  const from = isWhole
    ? secondsAfter(earlier(wholeThrough ?? through, at), -listLagS(work.policy))
    : earlier(through, at)
  return { from, afterId: null, isWhole, at, stored }
}

/**
 * Marks a page of Xendit's transaction list as read. Returns false if another process has marked it
 * meanwhile.
 */
export async function markPage(
  work: Work,
  { from, afterId, isWhole, at, stored }: Reading,
  { transactions, lastId, hasMore }: GatewayTransactionPage,
): Promise<boolean> {
  // The next reading of Xendit's transaction list starts at the time of the newest line on this reading's
  // first page. So the next reading also finds lines that change during this reading, because their times are
  // later. A line may bear a time that is hours ahead, for example a local time that is read as UTC. Such a
  // line does not move the mark past our clock, because the lines in between would never be read.
  const begins = afterId === null
  const newest = transactions.reduce((latest, { updatedAt }) => later(latest, updatedAt), stored.through)
  const nextThrough = begins ? newest && earlier(newest, at) : stored.nextThrough
  const after = hasMore ? (lastId ?? transactions.at(-1)?.id ?? null) : null
  const ends = after === null
  const { numAffectedRows } = await sql`
    update provider_book_reads set
      through = ${ends ? nextThrough : stored.through}, after_id = ${after}, read_at = ${work.now},
      next_through = ${ends ? null : nextThrough}, reads_from = ${from}, is_whole = ${isWhole},
      whole_through = ${ends && isWhole ? nextThrough : stored.wholeThrough},
      refusals = ${ends ? 0 : stored.refusals},
      whole_at = ${begins && isWhole ? work.now : stored.wholeAt},
      began_on = case when ${begins} then pg_postmaster_start_time() else began_on end,
      server_start = case when ${ends} then pg_postmaster_start_time() else server_start end
    where provider = 'xendit' and after_id is not distinct from ${stored.afterId}
      and through is not distinct from ${stored.through}`.execute(work.tx)
  if (ends && stored.refusals > 0)
    await endAttention(work, 'provider_transaction_unknown', REFUSED, 'the list was read to its end')
  return numAffectedRows === 1n
}

/**
 * Lets the next run begin its reading anew, because Xendit refused the place at which this one would go on.
 * Otherwise each run would ask for that place again, and no later line would be read. A refusal that comes
 * again is reported to staff.
 */
export async function beginAnew(work: Work, { afterId, stored }: Reading, code: string): Promise<void> {
  const { numAffectedRows } = await sql`
    update provider_book_reads set after_id = null, next_through = null, refusals = ${stored.refusals + 1}
    where provider = 'xendit' and after_id = ${afterId} and refusals = ${stored.refusals}`.execute(work.tx)
  if (numAffectedRows !== 1n || stored.refusals === 0) return
  work.requestAttention({
    kind: 'provider_transaction_unknown',
    subject: ['provider_transaction', REFUSED],
    message: `The provider refuses to go on with its list after a line (${code}), so older lines may not be booked. laku begins the list anew each time. Ask the provider.`,
    command: 'laku payments sync',
    details: { afterId, code, refusals: stored.refusals + 1 },
  })
}

const later = (first: Date | null, second: Date): Date => (first && first > second ? first : second)
const earlier = (first: Date, second: Date): Date => (first < second ? first : second)
