import { afterAll, beforeAll, describe, it } from 'vitest'
import { expectOneEnd, permutationsOf, randomOf } from './permute.ts'
import { stories } from './stories.ts'
import { openPermutedShop, type PermutedShop } from './world.ts'

describe('every permutation of a five-event history with duplicates', () => {
  const seed = Number(process.env.LAKU_SEED ?? Math.floor(Math.random() * 1e9))
  let world: PermutedShop
  beforeAll(async () => {
    console.log(`duplicates by LAKU_SEED=${seed}`)
    world = await openPermutedShop()
  })
  afterAll(() => world.close())

  it.each(Object.entries(stories))('of %s ends in one state', async (_, story) => {
    await expectOneEnd(world, story, permutationsOf(5), randomOf(seed))
  })
})
