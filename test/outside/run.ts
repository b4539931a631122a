import fc from 'fast-check'
import { sql } from 'kysely'
import { expect } from 'vitest'
import { DomainError, databaseDoubt } from '../../src/domain/kernel/index.ts'
import { brokenNow } from '../model/quick-checks.ts'
import { actNamed, Dice, NOTHING, weights } from './acts.ts'
import { endHistory } from './end.ts'
import { House } from './house.ts'
import { atProvider } from './provider-acts.ts'

interface Step {
  do: string
  by: number[]
}

const step = fc.record<Step>({
  do: fc.oneof(
    ...Object.entries(weights).map(([name, weight]) => ({ weight, arbitrary: fc.constant(name) })),
  ),
  by: fc.array(fc.nat(999), { minLength: 6, maxLength: 6 }),
})
const histories = fc.array(step, { minLength: 20, maxLength: 45, size: 'max' })

const HISTORIES_PER_DATABASE = 10

/**
 * How often each act was done, found nothing to do, or was refused, by rule; and the states that objects were
 * seen in.
 */
export interface Coverage {
  acts: Map<string, number>
  states: Set<string>
}

/**
 * Runs this many random histories in which the outside world does what the rules do not foresee. LAKU_SEED
 * repeats the histories of a printed seed, LAKU_RUNS sets their number, and LAKU_SHRINK=1 searches for the
 * shortest history that fails. LAKU_PATH=60 begins at the 61st history of the seed, the first in its
 * database, and runs a single history if LAKU_RUNS is not set.
 *
 * No model predicts laku's answers. After every act all invariants must hold, and at the end of each history
 * the test counts who has which money.
 */
export async function runOutside(runs: number): Promise<Coverage> {
  const seed = Number(process.env.LAKU_SEED ?? Math.floor(Math.random() * 2 ** 31))
  const path = process.env.LAKU_PATH
  const numRuns = Number(process.env.LAKU_RUNS ?? (path === undefined ? runs : 1))
  console.info(`${numRuns} histories of the outside world: LAKU_SEED=${seed}`)
  const coverage: Coverage = { acts: new Map(), states: new Set() }
  let house: House | undefined
  let lived = 0
  const live = async (steps: Step[]) => {
    if (lived++ % HISTORIES_PER_DATABASE === 0) {
      await house?.laku.close()
      house = await House.open()
      await house.shop.market.addStock(10_000)
    }
    await liveOne(house as House, steps, coverage)
  }
  try {
    await fc.assert(fc.asyncProperty(histories, live), {
      seed,
      numRuns,
      ...(path !== undefined && { path }),
      endOnFailure: process.env.LAKU_SHRINK === undefined,
    })
  } finally {
    await house?.laku.close()
  }
  print(coverage)
  return coverage
}

async function liveOne(house: House, steps: readonly Step[], { acts, states }: Coverage): Promise<void> {
  const told: string[] = []
  try {
    await tell(house, steps, { acts, states }, told)
  } catch (error) {
    console.error(`after\n${told.join('\n')}\n${await listed(house)}`)
    throw error
  }
}

/** Lists, for the search of a fault, the provider's objects of this history and the money in suspense. */
async function listed(house: House): Promise<string> {
  const { payouts, refunds } = await atProvider(house)
  const there = [...payouts, ...refunds].map(
    ({ id, reference_id, status, amount }) => `${id} ${reference_id} ${status} ${amount}`,
  )
  const { rows } = await sql<{ line: string }>`
    select concat_ws(' ', 'suspense', status, code, amount_idr, provider_id, why) as line from suspense_items
    union all select concat_ws(' ', 'payout', key, route, status, amount_idr, provider_payout_id, case when set_aside then 'set aside' end) from payouts`.execute(
    house.laku.db,
  )
  const doubt = await house.laku.system(({ tx }) => databaseDoubt(tx))
  const lines = [...there, ...rows.map(({ line }) => line)]
  return (doubt ? [...lines, `no money moves: ${doubt.why}`] : lines).join('\n')
}

async function tell(
  house: House,
  steps: readonly Step[],
  { acts, states }: Coverage,
  told: string[],
): Promise<void> {
  await house.begin()
  for (const { do: name, by } of steps) {
    const outcome = await outcomeOf(() => (actNamed[name] as (typeof actNamed)[string])(house, new Dice(by)))
    if (outcome !== NOTHING) told.push(`${name} (${by}): ${outcome}`)
    acts.set(`${name}: ${outcome}`, (acts.get(`${name}: ${outcome}`) ?? 0) + 1)
    expect({ name, broken: await house.laku.system(brokenNow) }).toEqual({ name, broken: [] })
    for (const state of await statesIn(house)) states.add(state)
    house.laku.clock.shift(1)
  }
  await endHistory(house)
  for (const state of await statesIn(house)) states.add(state)
}

async function outcomeOf(act: () => Promise<unknown>): Promise<string> {
  try {
    return (await act()) === NOTHING ? NOTHING : 'ok'
  } catch (error) {
    if (error instanceof DomainError) return error.code
    throw error
  }
}

async function statesIn({ laku }: House): Promise<string[]> {
  const { rows } = await sql<{ state: string }>`
    select distinct 'payout ' || route || ' ' || status as state from payouts
    union select distinct 'payout set aside' from payouts where set_aside
    union select distinct 'settlement ' || status from settlements
    union select distinct 'withdrawal ' || status from withdrawals
    union select distinct 'refund ' || status from refunds
    union select distinct 'batch ' || status from bank_batches
    union select distinct 'suspense ' || status from suspense_items`.execute(laku.db)
  return rows.map((row) => row.state)
}

function print({ acts, states }: Coverage): void {
  const tally = [...acts].sort().map(([act, count]) => `${count} ${act}`)
  console.info(`acts: ${tally.join(', ')}\nstates: ${[...states].sort().join(', ')}`)
}
