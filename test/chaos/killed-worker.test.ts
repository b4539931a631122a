import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectWhole, killWorkers, openMortalShop, replayAll } from './killed-worker.ts'

const ROUNDS = 2

describe('workers that are killed', () => {
  let shop: Awaited<ReturnType<typeof openMortalShop>>
  beforeAll(async () => {
    shop = await openMortalShop()
  })
  afterAll(() => shop.close())

  it('in the middle of their work lose nothing and do nothing twice', async () => {
    const tookMs = await killWorkers(shop, ROUNDS)
    console.log(`the last worker finished what ${ROUNDS} killed ones left in ${Math.round(tookMs / 1000)} s`)
    await expectWhole(shop, ROUNDS)
  }, 180_000)

  it('and a replay of every webhook of the run changes nothing but the inbox', async () => {
    const { count, before, after } = await replayAll(shop)
    expect(count).toBeGreaterThanOrEqual(ROUNDS * 7)
    expect(after).toEqual(before)
    await expectWhole(shop, ROUNDS)
  })
})
