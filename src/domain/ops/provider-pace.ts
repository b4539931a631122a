import { type Kysely, sql } from 'kysely'
import type { DB } from '../kernel/schema.ts'

/** One endpoint of a provider, and its limit of calls a minute. */
export interface Pace {
  endpoint: string
  perMinute: number
}

/**
 * The part of a minute's calls that may be sent at once. The other calls are spread, so that no minute ever
 * has more calls than the limit.
 */
const BURST_SHARE = 0.1

const msBetween = ({ perMinute }: Pace) => 60_000 / (perMinute * (1 - BURST_SHARE))

/** Returns the number of calls that may be sent at once after a quiet time. */
const burstOf = ({ perMinute }: Pace) => Math.max(1, Math.floor(perMinute * BURST_SHARE))

/**
 * The provider calls that were granted: the last of `count` calls may be sent in `lastInMs`, the calls before
 * it in steps of `stepMs`.
 */
export interface TakenCalls {
  count: number
  lastInMs: number
  stepMs: number
}

/**
 * Takes up to `wanted` calls of an endpoint out of the limit that all processes share, first come, first
 * served, none later than `withinMs` from now. It takes one statement. The time is the database's own,
 * because the clocks of processes differ and development shifts its clock.
 */
export async function takeCalls(
  db: Kysely<DB>,
  pace: Pace,
  { wanted, withinMs }: { wanted: number; withinMs: number },
): Promise<TakenCalls> {
  const step = msBetween(pace)
  const now = sql`extract(epoch from clock_timestamp())::float8 * 1000`
  const from = sql`greatest(p.given_until_ms, ${now} - ${burstOf(pace) * step}::float8)`
  const room = sql`greatest(0, least(${wanted}::float8, floor((${now} + ${withinMs}::float8 - ${from}) / ${step}::float8)))`
  const update = () =>
    sql<{ granted: number; lastInMs: number }>`
      update provider_pace p set given_until_ms = ${from} + ${room} * ${step}::float8, granted = ${room}
      where endpoint = ${pace.endpoint} returning granted, given_until_ms - ${now} as last_in_ms`.execute(db)
  let { rows } = await update()
  if (rows.length === 0) {
    await sql`insert into provider_pace (endpoint, given_until_ms) values (${pace.endpoint}, 0) on conflict do nothing`.execute(
      db,
    )
    rows = (await update()).rows
  }
  const taken = rows[0]
  if (!taken) throw new Error(`no pace for ${pace.endpoint}`)
  return { count: taken.granted, lastInMs: taken.lastInMs, stepMs: step }
}

/** Stops all calls to this endpoint for the time that the provider asked for. */
export async function holdCalls(db: Kysely<DB>, endpoint: string, forS: number): Promise<void> {
  await sql`
    insert into provider_pace (endpoint, given_until_ms)
    values (${endpoint}, extract(epoch from clock_timestamp()) * 1000 + ${forS * 1000}::float8)
    on conflict (endpoint) do update set given_until_ms = greatest(provider_pace.given_until_ms, excluded.given_until_ms)`.execute(
    db,
  )
}
