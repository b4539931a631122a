import { type Kysely, sql } from 'kysely'
import type { DB } from '../kernel/schema.ts'

/** The rate limit of one endpoint of a provider: its calls a minute. */
export interface Pace {
  endpoint: string
  perMinute: number
}

/**
 * The share of a minute's calls to a provider that may be sent at once. The other calls are spread over the
 * minute, so that no minute has more calls than the provider allows.
 */
const BURST_SHARE = 0.1

const msBetween = ({ perMinute }: Pace) => 60_000 / (perMinute * (1 - BURST_SHARE))

/** Returns the number of calls to a provider's endpoint that may be sent at once, if none was sent lately. */
const burstOf = ({ perMinute }: Pace) => Math.max(1, Math.floor(perMinute * BURST_SHARE))

/**
 * The `count` calls to a provider that laku has reserved. The last call may be sent after `lastInMs` (ms from
 * now). Each earlier call may be sent `stepMs` before the next one.
 */
export interface TakenCalls {
  count: number
  lastInMs: number
  stepMs: number
}

/**
 * Reserves up to `wanted` calls to a provider's endpoint, none later than `withinMs` from now. All processes
 * share one rate limit: first come, first served. The database's clock is used, because the clocks of the
 * processes differ.
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

/** Stops all calls to this endpoint for as long as the provider asked. */
export async function holdCalls(db: Kysely<DB>, endpoint: string, forS: number): Promise<void> {
  await sql`
    insert into provider_pace (endpoint, given_until_ms)
    values (${endpoint}, extract(epoch from clock_timestamp()) * 1000 + ${forS * 1000}::float8)
    on conflict (endpoint) do update set given_until_ms = greatest(provider_pace.given_until_ms, excluded.given_until_ms)`.execute(
    db,
  )
}
