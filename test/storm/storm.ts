import fc from 'fast-check'
import { expect } from 'vitest'
import { bookChecks } from '../../src/domain/composition/invariants.ts'
import { DomainError, runChecks } from '../../src/domain/kernel/index.ts'
import { openTestLaku } from '../laku.ts'
import { policy } from '../model/world/world.ts'
import { acts } from './acts.ts'
import { House } from './house.ts'

const AT_ONCE = 8
const ROUNDS_PER_WAVE = 6

/**
 * Runs waves of random acts of random people, eight at once on one database and without a model. After each
 * wave all invariants must hold, every failure must be a domain rule's refusal, and there must be no
 * deadlock.
 *
 * Prints its seed. The seed repeats the same acts, but not their timing. Returns how often each act
 * succeeded, or was refused with which code.
 */
export async function storm(waves: number): Promise<Map<string, number>> {
  const seed = Number(process.env.LAKU_SEED ?? Math.floor(Math.random() * 2 ** 31))
  console.info(`${waves} waves: LAKU_SEED=${seed}`)
  const laku = await openTestLaku({ jobs: [], policy })
  const house = await House.open(laku, seed)
  const outcomes = new Map<string, number>()
  const names = fc.sample(fc.constantFrom(...Object.keys(acts)), {
    seed,
    numRuns: waves * ROUNDS_PER_WAVE * AT_ONCE,
  })
  try {
    for (let wave = 0; wave < waves; wave++) {
      await house.refresh()
      const turn = async () => {
        for (let round = 0; round < ROUNDS_PER_WAVE; round++)
          await one(house, names.pop() as string, outcomes)
      }
      await Promise.all(Array.from({ length: AT_ONCE }, turn))
      const checks = await laku.system((work) => runChecks(bookChecks, work.tx, work.vault))
      expect({ wave, wrong: checks.filter((check) => !check.ok) }).toEqual({ wave, wrong: [] })
      laku.clock.shift(house.random(3_000))
    }
  } finally {
    await laku.close()
  }
  expect(laku.wire.rings).toEqual([])
  return outcomes
}

/**
 * Runs one act. A refusal by a rule is counted; any other error, and an error about the test itself, is
 * thrown.
 */
async function one(house: House, name: string, outcomes: Map<string, number>): Promise<void> {
  const outcome = await (acts[name] as (house: House) => Promise<unknown>)(house).then(
    (done) => (done === 'nothing' ? 'nothing' : 'ok'),
    (error: unknown) => {
      if (!(error instanceof DomainError) || error.kind === 'unavailable')
        throw new Error(`${name} failed`, { cause: error })
      return error.code
    },
  )
  const key = `${name} ${outcome}`
  outcomes.set(key, (outcomes.get(key) ?? 0) + 1)
}
