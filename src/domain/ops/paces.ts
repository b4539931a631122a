import { type Kysely, sql } from 'kysely'
import { secondsAfter } from '../kernel/clock.ts'
import type { DB } from '../kernel/schema.ts'
import type { Work } from '../kernel/work.ts'

/**
 * A turn: the permission for one request under a rate limit. The limit allows `atOnce` requests at once, and
 * then one every `everyS` seconds.
 */
export interface Turn {
  /**
   * The name of the rate limit, with the person or thing that it limits. For example, `code number +62812…`
   * limits the codes for one phone number.
   */
  name: string
  atOnce: number
  everyS: number
  /**
   * The longest time, in seconds, that a request may wait for its turn; 0 by default. A request that would
   * wait longer is refused.
   */
  waitS?: number
  /**
   * True if the turn is for an event that has already happened, such as a wrong code. It is too late to
   * refuse the event, so it is only counted.
   */
  counted?: boolean
}

export interface TakenTurns {
  /** The number of seconds until the request may be made, under all of its rate limits. */
  inS: number
  /**
   * The rate limit that refuses the request, and the number of seconds until this limit would allow the
   * request. No turn of any limit was taken.
   */
  refused?: { turn: Turn; inS: number }
}

// The longest time (s) that later requests may have to wait because of earlier events that were only counted.
// Such events are never refused, so without a maximum the wait could grow without end.
const LONGEST_S = 3_600

/**
 * Takes one turn of each rate limit, or none at all if one limit refuses. The limits' rows stay locked until
 * the commit, so that concurrent requests are counted one after the other.
 */
export async function takeTurns(work: Work, turns: readonly Turn[]): Promise<TakenTurns> {
  if (turns.length === 0) return { inS: 0 }
  const names = turns.map(({ name }) => name)
  // This check reads without a lock, so that a flood of requests is refused at once. With a lock, all of them
  // would queue for one row, because many strangers share one rate limit. A refusal without the lock is safe,
  // because other transactions can only use up more of the limit meanwhile.
  const early = reckon(work, turns, await readPaces(work, names)).refused
  if (early) return { inS: 0, refused: early }
  const { inS, refused, after } = reckon(work, turns, await lockPaces(work, names))
  if (refused) return { inS: 0, refused }
  await sql`
    update paces p set next_at = t.next_at
    from unnest(${[...after.keys()]}::text[], ${[...after.values()]}::timestamptz[]) as t(name, next_at)
    where p.name = t.name`.execute(work.tx)
  return { inS }
}

/**
 * Calculates from the rate limits' present state when each turn can be taken. Returns the turn that is
 * refused, if any, and the state of the limits afterwards.
 */
function reckon(
  work: Work,
  turns: readonly Turn[],
  before: ReadonlyMap<string, Date>,
): TakenTurns & { after: Map<string, Date> } {
  let inS = 0
  let refused: TakenTurns['refused']
  const after = new Map<string, Date>()
  for (const turn of turns) {
    const { name, atOnce, everyS, waitS = 0, counted = false } = turn
    const from = Math.max(before.get(name)?.getTime() ?? 0, work.now.getTime())
    const delayS = (from - work.now.getTime()) / 1000 - (atOnce - 1) * everyS
    if (!counted && delayS > waitS && delayS > (refused?.inS ?? 0)) refused = { turn, inS: delayS }
    if (!counted) inS = Math.max(inS, delayS)
    const most = secondsAfter(work.now, (atOnce - 1) * everyS + Math.max(LONGEST_S, everyS))
    const next = new Date(from + everyS * 1000)
    after.set(name, next < most ? next : most)
  }
  const whole = refused && { refused: { turn: refused.turn, inS: Math.ceil(refused.inS) } }
  return { inS: Math.max(0, Math.ceil(inS)), after, ...whole }
}

async function readPaces(work: Work, names: readonly string[]): Promise<Map<string, Date>> {
  const { rows } = await sql<{ name: string; nextAt: Date }>`
    select name, next_at from paces where name = any(${[...names]}::text[])`.execute(work.tx)
  return new Map(rows.map((row) => [row.name, row.nextAt]))
}

/**
 * Returns the number of seconds until this rate limit allows a request; 0 if it allows one at once. Takes no
 * turn and locks no row.
 */
export async function turnInS(
  work: Work,
  { name, atOnce, everyS }: Omit<Turn, 'waitS' | 'counted'>,
): Promise<number> {
  const { rows } = await sql<{ nextAt: Date }>`select next_at from paces where name = ${name}`.execute(
    work.tx,
  )
  const [pace] = rows
  if (!pace) return 0
  const delayS = (pace.nextAt.getTime() - work.now.getTime()) / 1000 - (atOnce - 1) * everyS
  return Math.max(0, Math.ceil(delayS))
}

async function lockPaces(work: Work, names: readonly string[]): Promise<Map<string, Date>> {
  const { rows } = await sql<{ name: string; nextAt: Date }>`
    insert into paces (name, next_at)
    select name, ${work.now} from unnest(${[...new Set(names)].sort()}::text[]) as t(name) order by name
    on conflict (name) do update set next_at = paces.next_at
    returning name, next_at`.execute(work.tx)
  return new Map(rows.map((row) => [row.name, row.nextAt]))
}

/** Deletes up to `limit` rows of rate limits that nobody has used lately. Returns how many were deleted. */
export async function prunePaces(work: Work, limit: number): Promise<number> {
  const result = await sql`
    delete from paces where name in (
      select name from paces where next_at < ${secondsAfter(work.now, -60)} order by next_at limit ${limit}
      for update skip locked
    )`.execute(work.tx)
  return Number(result.numAffectedRows ?? 0)
}

/** Writes one row, to find out whether the database accepts writes. Throws if it does not. */
export async function tryWrite(db: Kysely<DB>): Promise<void> {
  await sql`
    insert into paces (name, next_at) values ('readyz', now())
    on conflict (name) do update set next_at = excluded.next_at`.execute(db)
}
