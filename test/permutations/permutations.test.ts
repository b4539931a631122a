import { afterAll, beforeAll, describe, it } from 'vitest'
import { expectOneEnd, permutationsOf, randomOf, sampleOf } from './permute.ts'
import { stories } from './stories.ts'
import { openPermutedShop, type PermutedShop } from './world.ts'

const ORDERS = 8

describe('a history of five, in whatever order and however often its updates come', () => {
  const seed = Number(process.env.LAKU_SEED ?? Math.floor(Math.random() * 1e9))
  let world: PermutedShop
  beforeAll(async () => {
    console.log(`orders of updates by LAKU_SEED=${seed}`)
    world = await openPermutedShop()
  })
  afterAll(() => world.close())

  it.each(Object.entries(stories))('of %s ends in one state', async (_, story) => {
    const random = randomOf(seed)
    await expectOneEnd(world, story, sampleOf(permutationsOf(5), ORDERS, random), random)
  })
})
