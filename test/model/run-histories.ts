import fc from 'fast-check'
import { expect } from 'vitest'
import { openTestLaku, type TestLaku } from '../laku.ts'
import { type Command, histories, type Terms, terms } from './commands.ts'
import { Model } from './model.ts'
import { installQuickChecks } from './quick-checks.ts'
import { World } from './world.ts'

// All checks read the whole book after every command: a fresh database now and then keeps them quick.
const HISTORIES_A_DATABASE = 10

/**
 * Random histories on laku and on the model side by side, as many as asked for; LAKU_SEED runs those of a seed that was printed,
 * LAKU_RUNS so many, and LAKU_SHRINK=1 looks for the shortest one that fails. Returns the states that sessions and places reached.
 */
export async function runHistories(runs: number): Promise<Set<string>> {
  const seed = Number(process.env.LAKU_SEED ?? Math.floor(Math.random() * 2 ** 31))
  const numRuns = Number(process.env.LAKU_RUNS ?? runs)
  console.info(`${numRuns} random histories: LAKU_SEED=${seed}`)
  let laku: TestLaku | undefined
  let lived = 0
  const reached = new Map<string, number>()
  const live = async (setting: Terms, commands: Command[]) => {
    if (lived++ % HISTORIES_A_DATABASE === 0) {
      await laku?.close()
      laku = await openTestLaku({ watched: true, jobs: [] })
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
  console.info(`sessions and places reached: ${tally.join(', ')}`)
  return new Set(reached.keys())
}

async function liveOne(laku: TestLaku, setting: Terms, commands: readonly Command[]): Promise<Set<string>> {
  const world = await World.open(laku, setting)
  const model = new Model(setting)
  const told: Command[] = []
  const states = new Set<string>()
  for (const command of commands) {
    told.push(command)
    // The model moves second: until then it says what the command means.
    const outcome = await world.take(command, model)
    const allowed = outcome === 'ok'
    expect({ told, outcome, allowed }).toEqual({ told, outcome, allowed: model.take(command) })
    await world.compare(model)
    states.add(model.status)
    for (const place of model.places) states.add(`place ${place.status}`)
  }
  await world.end()
  return states
}
