import { expect } from 'vitest'
import { DomainError, runChecks } from '../../src/domain/kernel/index.ts'
import { factoryAccount } from '../../src/domain/ledger/index.ts'
import { settlePayouts, submitPayouts, sweepPayouts } from '../../src/domain/payout/index.ts'
import { retryFailed, retrySettlement } from '../../src/domain/settlement/index.ts'
import { suspenseChecks } from '../../src/domain/suspense/index.ts'
import { system } from '../laku.ts'
import { budi, type SettlementFixture } from '../settlements.ts'

/** What happens to the first payout of a settlement whose call timed out after it was made, in any order. */
export const news = ['sent', 'SUCCEEDED', 'FAILED', 'REVERSED', 'SUCCEEDED again', 'another amount'] as const
export type News = (typeof news)[number]

/** Xendit's test number of a payout that stays accepted until it is moved by hand. */
const WAITS = '131313'
/** Goods of 100,000 less 5 %. */
const NET_IDR = 95_000
const OTHER_IDR = 60_000

interface AtProvider {
  id: string
  reference_id: string
  status: string
  amount: number
}

const control = async (f: SettlementFixture, method: string, path: string, body?: unknown) => {
  const sent =
    body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const answer = await fetch(`${f.laku.sandbox.url}/control${path}`, { method, ...sent })
  expect(answer.ok, `${path} ${answer.status}`).toBe(true)
  return (await answer.json()) as unknown
}

const bookOf = async (f: SettlementFixture, code: string): Promise<AtProvider[]> => {
  const { payouts } = (await control(f, 'GET', '/book')) as { payouts: AtProvider[] }
  return payouts.filter((one) => one.reference_id.includes(code))
}

/** What left by the provider's own word. */
const leftIdr = (payouts: readonly AtProvider[]) =>
  payouts.reduce((sum, { status, amount }) => sum + (status === 'SUCCEEDED' ? amount : 0), 0)

const hear = async (f: SettlementFixture, id: string) => {
  const answer = await f.payouts.getPayout(id)
  await f.laku.system((work) => settlePayouts(work, [answer]))
}

/** Staff try again whenever they may, and so does laku by itself; what that makes is sent. */
const tryAgain = async (f: SettlementFixture, code: string) => {
  f.laku.clock.shift(3 * 3600 + 1)
  const context = { units: f.laku.units, actor: system, payouts: f.payouts }
  await retryFailed(context)
  await f.laku
    .as(budi, (work) => retrySettlement(work, { settlement: code }))
    .catch((error: unknown) => {
      if (!(error instanceof DomainError)) throw error
    })
  const { id } = await f.payoutOf(code)
  await submitPayouts(context, [id])
}

/**
 * One history: what the provider says in this order, with retries between; at its end whatever is still under way arrives, or fails. Then its
 * book and ours agree, the factory has its money once or not at all, and suspense has what it got too often.
 */
export async function expectBooked(
  f: SettlementFixture,
  order: readonly News[],
  lastArrives: boolean,
): Promise<void> {
  const named = `${order.join(', ')}; the last one ${lastArrives ? 'arrives' : 'fails'}`
  const factoryId = await f.factory(WAITS)
  await f.sell(factoryId)
  const code = await f.settled(factoryId)
  await f.approve(code)
  await f.pay(code)
  const fault = { provider: 'xendit', operation: 'createPayout', kind: 'commit_then_timeout', times: 1 }
  await control(f, 'PUT', '/faults', [fault])
  await f.submit(code)
  const [first] = await bookOf(f, code)
  if (!first) throw new Error('the call that timed out made nothing')
  const force = (body: object) => control(f, 'POST', `/payouts/${first.id}`, { ...body, force: true })
  for (const one of order) {
    if (one === 'sent') {
      f.laku.clock.shift(61)
      await sweepPayouts({ units: f.laku.units, actor: system, payouts: f.payouts })
    } else {
      if (one === 'another amount') await force({ status: 'SUCCEEDED', amount: OTHER_IDR })
      else await force({ status: one.split(' ')[0] })
      await hear(f, first.id)
    }
    await tryAgain(f, code)
  }
  for (const { id, status } of await bookOf(f, code)) {
    if (status === 'ACCEPTED')
      await control(f, 'POST', `/payouts/${id}`, { status: lastArrives ? 'SUCCEEDED' : 'FAILED' })
    await hear(f, id)
  }
  const all = await bookOf(f, code)
  const keys = all.map((one) => one.reference_id)
  expect(new Set(keys).size, named).toBe(keys.length)
  const settledIdr = NET_IDR - (await f.balance(factoryAccount(factoryId)))
  let suspenseIdr = 0
  for (const key of keys) suspenseIdr += await f.balance(`suspense:${key}`)
  expect([0, NET_IDR], named).toContain(settledIdr)
  expect(suspenseIdr, named).toBe(leftIdr(all) - settledIdr)
  // A part that arrived beside another one stays in suspense, for a person.
  const isWhole = all.some(({ status, amount }) => status === 'SUCCEEDED' && amount === NET_IDR)
  if (isWhole) expect(settledIdr, named).toBe(NET_IDR)
}

/** After all histories: the gateway's account says what the provider's whole book says, and every check holds. */
export async function expectAgreed(f: SettlementFixture): Promise<void> {
  const { payouts } = (await control(f, 'GET', '/book')) as { payouts: AtProvider[] }
  expect(-(await f.balance('gateway'))).toBe(leftIdr(payouts))
  const results = await f.laku.system((work) => runChecks(suspenseChecks, work.tx, f.laku.vault))
  expect([...(await f.broken()), ...results.filter((one) => !one.ok)]).toEqual([])
}
