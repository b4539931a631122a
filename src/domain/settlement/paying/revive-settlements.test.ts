import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sandboxControl } from '../../../../test/control.ts'
import { system } from '../../../../test/laku.ts'
import { budi, openSettlementFixture, type SettlementFixture, sinta } from '../../../../test/settlements.ts'
import { points, Sleepers } from '../../../../test/sleepers.ts'
import { refusal } from '../../../../test/storefront.ts'
import { factoryAccount } from '../../ledger/index.ts'
import { applyPayoutAnswers, submitPayouts, sweepPayouts } from '../../payout/index.ts'
import { releaseSettlement, retrySettlement } from '../index.ts'

const NET = 95_000

let f: SettlementFixture
let control: ReturnType<typeof sandboxControl>
beforeAll(async () => {
  f = await openSettlementFixture()
  control = sandboxControl(f.laku)
})
afterAll(async () => {
  expect(await f.broken()).toEqual([])
  await f.laku.close()
})

describe('a payout that arrives after all when its settlement goes another way', () => {
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

  it('issue 11, case 1: pays it where it waits to be paid again, and nothing is sent then', async () => {
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

describe('a settlement whose call to the provider goes wrong', () => {
  const context = () => ({ unitOfWork: f.laku.unitOfWork, actor: system, payouts: f.payouts })
  const pass = async (seconds: number) => {
    f.laku.clock.shift(seconds)
    await control('POST', '/age', { seconds })
    await sweepPayouts(context())
  }
  /** Makes a settlement whose payout is not sent yet. The provider's list shows payouts an hour late. */
  const unsent = async () => {
    await control('PUT', '/lists', { lag_s: 3600 })
    const factoryId = await f.factory('131313')
    await f.sell(factoryId)
    const code = await f.settled(factoryId)
    await f.approve(code)
    await f.pay(code)
    const { id, key } = await f.payoutOf(code)
    const atProvider = async () => {
      const book = await control<{ payouts: { id: string; reference_id: string; amount: number }[] }>(
        'GET',
        '/book',
      )
      return book.payouts.filter((payout) => payout.reference_id === key)
    }
    return { factoryId, code, id, key, atProvider }
  }
  /** Lets the provider pay, and expects that the factory has its money once, and that nobody is asked. */
  const expectPaidOnce = async ({
    factoryId,
    code,
    id,
    key,
    atProvider,
  }: Awaited<ReturnType<typeof unsent>>) => {
    const [made, ...more] = await atProvider()
    expect([made?.amount, more]).toEqual([NET, []])
    await control('POST', `/payouts/${made?.id}`, { status: 'SUCCEEDED' })
    await pass(901)
    await pass(3600)
    expect((await f.see(code)).status).toBe('paid')
    expect(await atProvider()).toHaveLength(1)
    expect(await f.balance(`suspense:${key}`)).toBe(0)
    expect(await f.balance(factoryAccount(factoryId))).toBe(0)
    const asked = f.laku.db.selectFrom('attention').select('kind').where('subjectId', '=', id)
    expect(await asked.where('resolvedAt', 'is', null).execute()).toEqual([])
  }

  it.each(['commit_then_timeout', 'timeout'])(
    'issue 11, case 1: by a %s, and whose payout the list hides for ten minutes, is paid once',
    async (kind) => {
      const settlement = await unsent()
      await control('PUT', '/faults', [{ provider: 'xendit', operation: 'createPayout', kind, times: 1 }])
      await submitPayouts(context(), [settlement.id])
      for (let minute = 0; minute < 10; minute++) await pass(60)
      await expectPaidOnce(settlement)
    },
  )

  it.each(points)(
    'issue 11, case 2: by a worker that sleeps for 14 minutes at the %s, with another beside it, is paid once',
    async (point) => {
      const settlement = await unsent()
      const sleepers = new Sleepers()
      await sleepers.send(point, f.payouts.createPayout, (createPayout) =>
        submitPayouts({ ...context(), payouts: { ...f.payouts, createPayout } }, [settlement.id]),
      )
      expect((await f.payoutOf(settlement.code)).leaseUntil).not.toBeNull()
      await pass(14 * 60)
      await sleepers.wake()
      await expectPaidOnce(settlement)
    },
  )
})
