import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { backUp } from '../../../../test/backup.ts'
import { sandboxControl } from '../../../../test/control.ts'
import { someone, system } from '../../../../test/laku.ts'
import { budi, openSettlementFixture, type SettlementFixture } from '../../../../test/settlements.ts'
import { type Actor, databaseDoubt, recordDatabaseIdentity } from '../../kernel/index.ts'
import { factoryAccount } from '../../ledger/index.ts'
import { reconcileGateway } from '../../payment/index.ts'
import { submitPayouts, sweepPayouts } from '../../payout/index.ts'
import { retryFailed, retrySettlement } from '../../settlement/index.ts'
import { choreography } from '../choreography.ts'
import { type AdoptContext, adoptProvider } from './adopt-provider.ts'

const PLACE = 'db.example/laku'
const finance: Actor = someone({ name: 'fin', role: 'finance', reason: 'restored' })

let f: SettlementFixture
let context: AdoptContext
beforeAll(async () => {
  f = await openSettlementFixture({ choreography, watched: false })
  const { unitOfWork, providers } = f.laku
  context = { unitOfWork, actor: finance, gateway: providers.gateway, payouts: f.payouts, place: PLACE }
  await sandboxControl(f.laku)('PUT', '/payouts', { outcome: 'ACCEPTED' })
  await f.laku.system((work) => recordDatabaseIdentity(work, PLACE))
})
afterAll(() => f.laku.close())

const sendAll = async () => {
  const at = { unitOfWork: f.laku.unitOfWork, actor: system, payouts: f.payouts }
  await retryFailed(at)
  const { rows } = await sql<{ id: string }>`select id from payouts where status = 'created'`.execute(
    f.laku.db,
  )
  await submitPayouts(
    at,
    rows.map((row) => row.id),
  )
  await f.laku.sandbox.settleWebhooks()
  f.laku.clock.shift(1_000)
  await sweepPayouts(at)
}
/** Returns how often the factory of this settlement got its money, by the provider's list. */
const paidOut = async (code: string) => {
  const { transactions } = await context.gateway.listTransactions({ limit: 50 })
  return transactions.filter(
    ({ referenceId, moneyIn, status }) => referenceId?.includes(code) && !moneyIn && status === 'SUCCESS',
  ).length
}
const endsOnce = async (code: string, factoryId: string) => {
  expect(await adoptProvider(context)).toMatchObject({ done: true })
  expect(await f.laku.system(({ tx }) => databaseDoubt(tx))).toBeUndefined()
  for (let i = 0; i < 3; i++) {
    f.laku.clock.shift(7_200)
    await sendAll()
  }
  await f.run({ factoryId })
  expect(await paidOut(code)).toBe(1)
  expect((await f.see(code)).status).toBe('paid')
  expect(await f.balance(factoryAccount(factoryId))).toBe(0)
  f.laku.clock.shift(3_600)
  expect(await reconcileGateway({ ...context, actor: system }, {})).toMatchObject({
    ok: true,
    differences: [],
  })
  expect(await f.broken()).toEqual([])
}
const ready = async (account: string) => {
  const factoryId = await f.factory(account)
  await f.sell(factoryId)
  const code = await f.settled(factoryId)
  await f.approve(code)
  return { factoryId, code }
}
const fail = async (code: string, status = 'FAILED') => {
  await f.outcome(code, status)
  await f.hear(code)
}
const again = async (code: string) => {
  await f.laku.as(budi, (work) => retrySettlement(work, { settlement: code }))
  await f.submit(code)
}

const DAYS: [string, string, (code: string) => Promise<void>, (code: string) => Promise<void>][] = [
  [
    'had failed before the backup, and was paid again after it',
    '9000000102',
    async (code) => {
      await f.pay(code)
      await f.submit(code)
      await fail(code)
    },
    again,
  ],
  [
    'was under way at the backup, failed after it and was paid again',
    '9000000202',
    async (code) => {
      await f.pay(code)
      await f.submit(code)
    },
    async (code) => {
      await fail(code)
      await again(code)
    },
  ],
  [
    'was approved at the backup, failed after it and was paid again',
    '9000000302',
    async () => {},
    async (code) => {
      await f.pay(code)
      await f.submit(code)
      await fail(code)
      await again(code)
    },
  ],
  [
    'was paid at the backup, came back after it and was paid again',
    '9000000402',
    async (code) => {
      await f.pay(code)
      await f.submit(code)
      await fail(code, 'SUCCEEDED')
    },
    async (code) => {
      await fail(code, 'REVERSED')
      await again(code)
    },
  ],
]
it.each(DAYS)('a settlement that %s is paid once', async (_, account, before, day) => {
  const { factoryId, code } = await ready(account)
  await before(code)
  const restore = await backUp(f.laku)
  await day(code)
  await f.outcome(code, 'SUCCEEDED')
  await f.hear(code)
  expect((await f.see(code)).status).toBe('paid')
  await restore()
  await endsOnce(code, factoryId)
})
