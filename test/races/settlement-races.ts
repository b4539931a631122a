import { expect } from 'vitest'
import { factoryAccount } from '../../src/domain/ledger/index.ts'
import { applyPayoutAnswers } from '../../src/domain/payout/index.ts'
import { retrySettlement } from '../../src/domain/settlement/index.ts'
import { markedBy } from '../reference.ts'
import { budi, openSettlementFixture, type SettlementFixture } from '../settlements.ts'
import { refusal } from '../storefront.ts'
import type { Races } from './run-races.ts'

/** Xendit's test account number whose payouts stay accepted until a test changes them. */
const WAITS = '131313'

/** The races of settlement, by name. Each is one round. */
const races: Races<SettlementFixture>['races'] = {
  'four runs at once settle every line once': async (f) => {
    const factoryId = await f.factory()
    for (let i = 0; i < 3; i++) await f.sell(factoryId)
    const reports = await Promise.all(Array.from({ length: 4 }, () => f.run({ factoryId })))
    const codes = new Set(reports.flatMap((report) => report.settlements.map((made) => made.code)))
    expect(codes.size).toBe(1)
    expect((await f.run({ factoryId })).settlements).toEqual([
      expect.objectContaining({ items: 3, netIdr: 285_000 }),
    ])
  },

  'a run against a return: what went back is never paid': async (f) => {
    const factoryId = await f.factory(WAITS)
    const sold = await f.sell(factoryId)
    await f.sell(factoryId)
    await Promise.all([
      f.run({ factoryId }),
      (async () => {
        await f.orderStatus(sold.orderId, 'return_requested')
        await f.refund(sold, 100_000)
        await f.orderStatus(sold.orderId, 'refunded')
      })(),
    ])
    const { settlements } = await f.run({ factoryId })
    expect(settlements.reduce((sum, settlement) => sum + settlement.netIdr, 0)).toBe(95_000)
  },

  'an approval against a refund: the payment follows the last of them': async (f) => {
    const factoryId = await f.factory(WAITS)
    const sold = await f.sell(factoryId)
    const code = await f.settled(factoryId)
    const [approved] = await Promise.all([refusal(f.approve(code)), f.refund(sold, 50_000)])
    if (approved === 'ok') expect(await f.pay(code)).toMatchObject({ statusReason: 'plan_changed' })
    else expect(approved).toBe('settlement.plan_changed')
    expect(await f.balance(factoryAccount(factoryId))).toBe(47_500)
  },

  'five payments at once send one payout': async (f) => {
    const factoryId = await f.factory(WAITS)
    await f.sell(factoryId)
    const code = await f.settled(factoryId)
    await f.approve(code)
    const paid = await Promise.all(Array.from({ length: 5 }, () => refusal(f.pay(code))))
    expect(paid.toSorted()).toEqual(['ok', ...Array(4).fill('settlement.payout_under_way')])
    await Promise.all([f.submit(code), f.submit(code), f.submit(code)])
    expect(await f.balance(factoryAccount(factoryId))).toBe(0)
  },

  'the same update twice, and an old update late, is told once': async (f) => {
    const factoryId = await f.factory(WAITS)
    await f.sell(factoryId)
    const code = await f.paying(factoryId)
    const accepted = await f.hear(code)
    await f.outcome(code, 'SUCCEEDED')
    const { providerPayoutId } = await f.payoutOf(code)
    const succeeded = await f.payouts.getPayout(providerPayoutId as string)
    const updates = [succeeded, accepted, succeeded]
    await Promise.all(updates.map((update) => f.laku.system((work) => applyPayoutAnswers(work, [update]))))
    expect((await f.see(code)).status).toBe('paid')
    await f.outcome(code, 'REVERSED')
    const reversed = await f.payouts.getPayout(providerPayoutId as string)
    const late = [succeeded, reversed, reversed]
    await Promise.all(late.map((payout) => f.laku.system((work) => applyPayoutAnswers(work, [payout]))))
    expect((await f.see(code)).status).toBe('reversed')
    expect(await f.balance(factoryAccount(factoryId))).toBe(95_000)
  },

  'three retries of a failed one send one payout': async (f) => {
    const factoryId = await f.factory(WAITS)
    await f.sell(factoryId)
    const code = await f.paying(factoryId)
    await f.outcome(code, 'FAILED')
    await f.hear(code)
    const retry = () => f.laku.as(budi, (work) => retrySettlement(work, { settlement: code }))
    const retried = await Promise.all([retry, retry, retry].map((item) => refusal(item())))
    expect(retried.filter((outcome) => outcome === 'ok')).toHaveLength(1)
    expect((await f.payoutOf(code)).key).toBe(await markedBy(f.laku, `${code}-2`))
  },

  'a payment against a suspension: nothing leaves while it lasts': async (f) => {
    const factoryId = await f.factory(WAITS)
    await f.sell(factoryId)
    const code = await f.settled(factoryId)
    await f.approve(code)
    const [paid] = await Promise.all([refusal(f.pay(code)), f.suspend(factoryId)])
    if (paid === 'ok') await f.submit(code)
    else expect(paid).toBe('settlement.factory_suspended')
    expect((await f.see(code)).status).toBe('approved')
  },
}

export const settlementRaces: Races<SettlementFixture> = {
  open: openSettlementFixture,
  races,
  broken: (f) => f.broken(),
}
