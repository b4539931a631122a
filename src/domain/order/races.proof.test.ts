import { afterAll, beforeAll, describe, it } from 'vitest'
import { openOrderRaces } from '../../../test/order-races.ts'

let world: Awaited<ReturnType<typeof openOrderRaces>>

beforeAll(async () => {
  world = await openOrderRaces()
})
afterAll(async () => {
  await world.shop.expectAllTrue()
  await world.laku.close()
})

describe('races of orders, 200 rounds each', () => {
  it.each([
    'cancel against pick-up',
    'refund against release',
    'cancel against cancel',
    'return against completion',
    'accept against refuse',
  ] as const)('%s: one winner, no deadlock, the book whole', async (name) => {
    for (let round = 0; round < 200; round++) await world.races[name]()
  })
})
