import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openOrderRaces } from '../../../test/order-races.ts'

let world: Awaited<ReturnType<typeof openOrderRaces>>

beforeAll(async () => {
  world = await openOrderRaces()
})
afterAll(async () => {
  await world.shop.expectAllTrue()
  await world.laku.close()
})

const names = [
  'cancel against pick-up',
  'refund against release',
  'cancel against cancel',
  'return against completion',
  'accept against refuse',
] as const

describe('races of orders, ten rounds each', () => {
  it.each(names)('%s: one winner, the book whole', async (name) => {
    expect(Object.keys(world.races)).toEqual([...names])
    for (let round = 0; round < 10; round++) await world.races[name]()
  })
})
