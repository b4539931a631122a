import fc from 'fast-check'
import { expect } from 'vitest'
import { bookChecks } from '../../src/domain/composition/invariants.ts'
import { type Actor, DomainError, ProviderFailure, runChecks } from '../../src/domain/kernel/index.ts'
import {
  readProviderBook,
  reconcileGateway,
  recordChargeback,
  sweepPayments,
} from '../../src/domain/payment/index.ts'
import { ControlRefusal } from '../control.ts'
import { endHistory, takeOver } from '../outside/end.ts'
import type { House as World } from '../outside/house.ts'
import { MUCH_IDR } from '../payouts.ts'
import { acts, betweenWaves, weights } from './acts.ts'
import { makeCertain } from './certain.ts'
import { House } from './house.ts'
import { ledgerOf } from './ledger-of.ts'
import { unmatched } from './unmatched.ts'

const AT_ONCE = 8
const ROUNDS_PER_WAVE = 6
/** A storm of at least this many waves does every wanted act. */
export const ENOUGH = 20

/**
 * Runs waves of random acts of random people, eight at once on one database and without a model. After each
 * wave all invariants must hold, every failure must be a domain rule's refusal, and there must be no
 * deadlock. Between two waves a backup may be made or restored. At the end all money that is under way
 * arrives, and the provider's book and ours must agree.
 *
 * Prints its seed. The seed repeats the same acts, but not their timing. Returns how often each act
 * succeeded, or was refused with which code.
 */
export async function storm(waves: number): Promise<Map<string, number>> {
  const seed = Number(process.env.LAKU_SEED ?? Math.floor(Math.random() * 2 ** 31))
  console.info(`${waves} waves: LAKU_SEED=${seed}`)
  const house = await House.open(seed)
  const { laku, world } = house
  const outcomes = new Map<string, number>()
  const drawn = fc.oneof(...weights.map(([name, weight]) => ({ weight, arbitrary: fc.constant(name) })))
  const names = fc.sample(drawn, { seed, numRuns: waves * ROUNDS_PER_WAVE * AT_ONCE })
  try {
    for (let wave = 0; wave < waves; wave++) {
      await house.refresh()
      const turn = async () => {
        for (let round = 0; round < ROUNDS_PER_WAVE; round++)
          await one(house, names.pop() as string, outcomes)
      }
      await Promise.all(Array.from({ length: AT_ONCE }, turn))
      await expectBook(house, wave)
      for (const name of betweenWaves)
        if (house.random(2) === 0) {
          await world.sleepers.wake()
          await one(house, name, outcomes)
        }
      await takeOver(world)
      await expectBook(house, wave)
      await world.pass(house.random(3_000))
    }
    if (waves >= ENOUGH) {
      const isDone = (act: string) => outcomes.has(`${act} ok`)
      await makeCertain(house, isDone, (act) => one(house, act, outcomes))
      await takeOver(world)
      await expectBook(house, waves)
    }
    await sweepPayments(world.context)
    await endHistory(world, expectAlike)
  } finally {
    await laku.close()
  }
  expect(laku.wire.rings).toEqual([])
  return outcomes
}

async function expectBook({ laku }: House, wave: number): Promise<void> {
  const checks = await laku.system((work) => runChecks(bookChecks, work.tx, work.vault))
  const wrong = checks.filter((check) => !check.ok)
  const texts = wrong.map(({ detail }) => detail)
  if (wrong.length > 0) console.error(await ledgerOf(laku, texts))
  expect({ wave, wrong }).toEqual({ wave, wrong: [] })
}

/** The time (s) after which a differing line counts, and after which a line that waits was looked at. */
const DUE_S = 1_801

/**
 * Checks that no line of the provider's book differs from ours, however young it is, that each of our
 * postings counts for one line, and that both balances are equal. Prints the movements by which the books
 * differ.
 */
async function expectAlike(world: World): Promise<void> {
  await answerAmbiguous(world)
  await world.pass(DUE_S)
  // One reading takes at most 1,000 lines.
  while (!(await readProviderBook(world.context)).complete);
  await world.control('POST', '/settle', {})
  const { differences, notDue, gatewayIdr, providerIdr } = await reconcileGateway(world.context, {})
  expect(await unmatched(world)).toEqual([])
  expect({ differences, notDue }).toEqual({ differences: [], notDue: 0 })
  expect(gatewayIdr).toBe(providerIdr - MUCH_IDR)
}

/** Staff decide that every ambiguous chargeback is another one than the one that they reported. */
async function answerAmbiguous({ laku, clerks }: World): Promise<void> {
  const asked = await laku.db
    .selectFrom('attention')
    .select('details')
    .where('kind', '=', 'chargeback_ambiguous')
    .where('resolvedAt', 'is', null)
    .execute()
  for (const { details } of asked)
    await laku.as(clerks[0] as Actor, (work) =>
      recordChargeback(work, {
        ...(details as unknown as Parameters<typeof recordChargeback>[1]),
        isAnother: true,
      }),
    )
}

/**
 * Runs one act. A refusal by a rule, and a call that the provider does not answer, are counted. Any other
 * error, and an error about the test itself, is thrown.
 */
async function one(house: House, name: string, outcomes: Map<string, number>): Promise<void> {
  const outcome = await (acts[name] as (house: House) => Promise<unknown>)(house).then(
    (done) => (done === 'nothing' ? 'nothing' : 'ok'),
    (error: unknown) => {
      if (error instanceof ProviderFailure || error instanceof ControlRefusal) return error.constructor.name
      if (
        !(error instanceof DomainError) ||
        (error.kind === 'unavailable' && error.code !== 'kernel.paused' && !isOfProvider(error))
      )
        throw new Error(`${name} failed`, { cause: error })
      return error.code
    },
  )
  const key = `${name} ${outcome}`
  outcomes.set(key, (outcomes.get(key) ?? 0) + 1)
}

/**
 * Returns true if an invoice is being made by another click, or if the provider could not make it. Also true
 * if money of a lost day arrives only now: then all money stops until staff adopt it.
 */
const isOfProvider = ({ code }: DomainError) =>
  code.startsWith('payment.invoice_') || code === 'kernel.database_in_doubt'
