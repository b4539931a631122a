import fc from 'fast-check'
import { expect } from 'vitest'
import { openTestLaku, type TestLaku } from '../laku.ts'
import { type Command, histories, type Terms, terms } from './commands.ts'
import { Model } from './model/model.ts'
import { installQuickChecks } from './quick-checks.ts'
import { policy, World } from './world/world.ts'

// The number of histories for each database. The checks read the whole ledger after every command, so a new
// database from time to time keeps them fast.
const HISTORIES_PER_DATABASE = 25

/**
 * Runs this many random histories on laku and on the model side by side. LAKU_SEED repeats the histories of a
 * printed seed, LAKU_RUNS sets their number, and LAKU_SHRINK=1 searches for the shortest history that fails.
 * Returns the states that were reached.
 */
export async function runHistories(runs: number): Promise<Set<string>> {
  const seed = Number(process.env.LAKU_SEED ?? Math.floor(Math.random() * 2 ** 31))
  const numRuns = Number(process.env.LAKU_RUNS ?? runs)
  console.info(`${numRuns} random histories: LAKU_SEED=${seed}`)
  let laku: TestLaku | undefined
  let lived = 0
  const reached = new Map<string, number>()
  const live = async (setting: Terms[], commands: Command[]) => {
    if (lived++ % HISTORIES_PER_DATABASE === 0) {
      await laku?.close()
      laku = await openTestLaku({ watched: true, jobs: [], policy })
      await installQuickChecks(laku)
    }
    const states = await liveOne(laku as TestLaku, setting, commands)
    for (const state of states) reached.set(state, (reached.get(state) ?? 0) + 1)
  }
  try {
    const endOnFailure = process.env.LAKU_SHRINK === undefined
    await fc.assert(fc.asyncProperty(terms, histories, live), { seed, numRuns, endOnFailure })
  } finally {
    await laku?.close()
  }
  const tally = [...reached].sort().map(([state, count]) => `${count} ${state}`)
  console.info(`reached: ${tally.join(', ')}`)
  return new Set(reached.keys())
}

async function liveOne(laku: TestLaku, setting: Terms[], commands: readonly Command[]): Promise<Set<string>> {
  const world = await World.open(laku, setting)
  const model = new Model(setting)
  const told: Command[] = []
  const states = new Set<string>()
  for (const command of commands) {
    told.push(command)
    // The model carries out the command second, because before that its state tells which objects the command
    // means.
    const outcome = await world.take(command, model)
    const allowed = outcome === 'ok'
    expect({ told, outcome, allowed }, JSON.stringify(command)).toEqual({
      told,
      outcome,
      allowed: model.take(command),
    })
    await world.compare(model)
    for (const state of statesOf(model)) states.add(state)
  }
  await world.end(model)
  return states
}

function statesOf({ sessions, payments, orders, withdrawals, settlements }: Model): string[] {
  const all = {
    session: sessions,
    place: sessions.flatMap((session) => session.places),
    payment: payments.all,
    refund: payments.refunds,
    order: orders.all,
    withdrawal: withdrawals.all,
    settlement: settlements.all,
  }
  return Object.entries(all).flatMap(([kind, ones]) => ones.map(({ status }) => `${kind} ${status}`))
}
