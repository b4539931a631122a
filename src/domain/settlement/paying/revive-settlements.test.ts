import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { budi, openSettlementFixture, type SettlementFixture, sinta } from '../../../../test/settlements.ts'
import { refusal } from '../../../../test/storefront.ts'
import { factoryAccount } from '../../ledger/index.ts'
import { applyPayoutAnswers } from '../../payout/index.ts'
import { releaseSettlement, retrySettlement } from '../index.ts'

const NET = 95_000

describe('a payout that arrives after all when its settlement goes another way', () => {
  let f: SettlementFixture
  beforeAll(async () => {
    f = await openSettlementFixture()
  })
  afterAll(async () => {
    expect(await f.broken()).toEqual([])
    await f.laku.close()
  })

  const says = async (providerId: string, status: string) => {
    const answer = await fetch(`${f.laku.sandbox.url}/control/payouts/${providerId}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ status, force: true }),
    })
    expect(answer.ok).toBe(true)
    const payout = await f.laku.providers.payouts.getPayout(providerId)
    await f.laku.system((work) => applyPayoutAnswers(work, [payout]))
  }
  /** Makes a settlement whose payout failed. */
  async function failed() {
    const factoryId = await f.factory('131313')
    const sold = await f.sell(factoryId)
    const code = await f.paying(factoryId)
    const { providerPayoutId, key } = await f.payoutOf(code)
    await says(providerPayoutId as string, 'FAILED')
    return { sold, factoryId, code, key, providerId: providerPayoutId as string }
  }
  const retry = (settlement: string) => f.laku.as(budi, (work) => retrySettlement(work, { settlement }))
  const state = async ({ factoryId, code, key }: Awaited<ReturnType<typeof failed>>) => ({
    status: (await f.see(code)).status,
    suspense: await f.balance(`suspense:${key}`),
    owed: await f.balance(factoryAccount(factoryId)),
  })

  it('lies in suspense where it is on hold, and where it is void then', async () => {
    const otherSettlement = await failed()
    const { code: settlement } = otherSettlement
    await f.refund(otherSettlement.sold, 20_000)
    await f.gather()
    const owed = NET - 19_000
    // The settlement's plan has changed, so nothing is paid.
    expect((await retry(settlement)).status).toBe('on_hold')
    await says(otherSettlement.providerId, 'SUCCEEDED')
    expect(await state(otherSettlement)).toEqual({ status: 'on_hold', suspense: NET, owed })
    const released = await f.laku.as(sinta, (work) => releaseSettlement(work, { settlement }))
    expect(released.status).toBe('void')
    expect(await state(otherSettlement)).toEqual({ status: 'void', suspense: NET, owed })
    await says(otherSettlement.providerId, 'REVERSED')
    expect(await state(otherSettlement)).toEqual({ status: 'void', suspense: 0, owed })
    await says(otherSettlement.providerId, 'SUCCEEDED')
    expect(await state(otherSettlement)).toEqual({ status: 'void', suspense: NET, owed })
  })

  it('pays it where it waits to be paid again, and nothing is sent then', async () => {
    const settlement = await failed()
    await says(settlement.providerId, 'SUCCEEDED')
    expect(await state(settlement)).toEqual({ status: 'paid', suspense: 0, owed: 0 })
    expect(await refusal(retry(settlement.code))).toBe('kernel.illegal_transition')
  })

  it('is not paid again by anybody while the first moves again', async () => {
    const settlement = await failed()
    await says(settlement.providerId, 'ACCEPTED')
    expect(await refusal(retry(settlement.code))).toBe('settlement.payout_under_way')
    await says(settlement.providerId, 'FAILED')
    expect((await retry(settlement.code)).status).toBe('approved')
  })
})
