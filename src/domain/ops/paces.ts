import { type Kysely, sql } from 'kysely'
import { secondsAfter } from '../kernel/clock.ts'
import type { DB } from '../kernel/schema.ts'
import type { Work } from '../kernel/work.ts'

/** A turn under a rate limit, which allows `atOnce` turns at once, then one every `everyS` seconds. */
export interface Turn {
  /** The name of the person or thing that is limited: `code number +62812…`. */
  name: string
  atOnce: number
  everyS: number
  /** The longest wait, in seconds, for which a turn is still taken; 0 by default. */
  waitS?: number
  /** Set where the turn is always taken, because the event has already happened and is only counted. */
  counted?: boolean
}

export interface TakenTurns {
  /** The number of seconds until all turns may be taken. */
  inS: number
  /**
   * The turn that cannot be taken within its longest wait, and the number of seconds until it could. In this
   * case no turn was taken.
   */
  refused?: { turn: Turn; inS: number }
}

// The longest delay, in seconds, that turns which are only counted can cause for later turns of their name.
const LONGEST_S = 3_600

/**
 * Takes one turn of each limit, or none at all if one turn cannot be taken in time. Rows are locked in the
 * order of their names until the commit, so that requests of one name are counted one after the other.
 */
export async function takeTurns(work: Work, turns: readonly Turn[]): Promise<TakenTurns> {
  if (turns.length === 0) return { inS: 0 }
  const names = turns.map(({ name }) => name)
  // A flood of requests is refused without a lock. A limit that is used up now stays used up once it is
  // locked, because its time only moves forward. Otherwise all requests, and everybody else behind them,
  // would queue for the row that all strangers share.
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
 * Calculates these turns from the present state of their limits: when each can be taken, which turn is too
 * late, and the state of the limits afterwards.
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
 * Returns the number of seconds until a turn could be taken; 0 if it can be taken at once. No turn is taken
 * and no row is locked.
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

/** Deletes up to `limit` rate limits that have no used turns; returns how many were deleted. */
export async function prunePaces(work: Work, limit: number): Promise<number> {
  const result = await sql`
    delete from paces where name in (
      select name from paces where next_at < ${secondsAfter(work.now, -60)} order by next_at limit ${limit}
      for update skip locked
    )`.execute(work.tx)
  return Number(result.numAffectedRows ?? 0)
}

/** Writes one row, which shows that the database accepts writes. */
export async function tryWrite(db: Kysely<DB>): Promise<void> {
  await sql`
    insert into paces (name, next_at) values ('readyz', now())
    on conflict (name) do update set next_at = excluded.next_at`.execute(db)
}
