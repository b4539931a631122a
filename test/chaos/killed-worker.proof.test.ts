import { afterAll, beforeAll, expect, it } from 'vitest'
import { expectWhole, killWorkers, openMortalShop, replayAll } from './killed-worker.ts'

const ROUNDS = 25

let shop: Awaited<ReturnType<typeof openMortalShop>>
beforeAll(async () => {
  shop = await openMortalShop()
})
afterAll(() => shop.close())

it(`${ROUNDS} workers are killed in the middle of their work, and nothing is lost or done twice`, async () => {
  const tookMs = await killWorkers(shop, ROUNDS)
  console.log(`the last worker finished what ${ROUNDS} killed ones left in ${Math.round(tookMs / 1000)} s`)
  await expectWhole(shop, ROUNDS)
  const { before, after } = await replayAll(shop)
  expect(after).toEqual(before)
})
