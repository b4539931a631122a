import { afterAll, beforeAll, describe, it } from 'vitest'
import { type Arena, openArena, races, run } from './races.ts'

let arena: Arena

beforeAll(async () => {
  arena = await openArena()
})
afterAll(() => arena.laku.close())

describe('10 rounds, one winner each, no deadlock, the book whole', () => {
  it.each(Object.keys(races) as (keyof typeof races)[])('%s', (name) => run(arena, name, 10))
})
