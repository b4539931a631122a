import { afterAll, beforeAll, expect, it } from 'vitest'
import { sandboxControl } from '../../../test/control.ts'
import { system } from '../../../test/laku.ts'
import { openSettlementFixture, type SettlementFixture } from '../../../test/settlements.ts'
import { choreography } from '../choreography.ts'
import { listAttention } from '../kernel/index.ts'
import { sweepPayouts } from '../payout/index.ts'
import { retryFailed } from './index.ts'

let f: SettlementFixture
let control: ReturnType<typeof sandboxControl>
beforeAll(async () => {
  f = await openSettlementFixture({ choreography })
  control = sandboxControl(f.laku)
})
afterAll(() => f.laku.close())

const HOUR_S = 3_600

/** What every process does as time passes. */
async function later(seconds: number): Promise<void> {
  f.laku.clock.shift(seconds)
  await sweepPayouts({ units: f.laku.units, actor: system, payouts: f.payouts })
  await retryFailed({ units: f.laku.units, actor: system })
}

/** All that the provider paid out, by its own book. */
async function paidIdr(): Promise<number[]> {
  const { transactions } = await f.laku.providers.gateway.listTransactions({ limit: 50 })
  return transactions.filter((one) => !one.moneyIn && one.status === 'SUCCESS').map((one) => one.amountIdr)
}

it('case 1: a payout whose call timed out and which the list shows late is paid once, and nothing is left to look at', async () => {
  const factory = await f.factory('1234567890')
  await f.sell(factory, 100_000)
  const code = await f.settled(factory)
  await f.approve(code)
  await f.pay(code)
  // The provider took it and did not answer, and its list does not show it for an hour.
  await control('PUT', '/lists', { lag_s: HOUR_S })
  await control('PUT', '/faults', [
    { provider: 'xendit', operation: 'createPayout', kind: 'commit_then_timeout', times: 1 },
  ])
  await f.submit(code)
  await control('PUT', '/faults', [])
  for (let minute = 0; minute < 11; minute++) await later(60)
  for (let hour = 0; hour < 30; hour++) await later(HOUR_S)
  await control('PUT', '/lists', { lag_s: 0 })
  await later(HOUR_S)
  await f.hear(code)
  for (let hour = 0; hour < 3; hour++) await later(HOUR_S)
  expect(await paidIdr()).toEqual([95_000])
  expect((await f.see(code)).status).toBe('paid')
  const { data } = await f.laku.system(({ tx }) => listAttention(tx, { limit: 50 }))
  expect(data).toEqual([])
  expect(await f.broken()).toEqual([])
})
