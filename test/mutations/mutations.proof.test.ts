import { describe, expect, it } from 'vitest'
import { query } from '../global-setup.ts'
import { type Arena, openArena } from '../races/shop-races.ts'
import { type Guard, guards } from './guards.ts'
import { scenarios } from './scenarios.ts'

/**
 * Removes a guard from this database, or from the statements of this process. Returns a function that lists
 * the parts of the guard that no statement had.
 */
async function takeOut({ laku }: Arena, { takeOut }: Guard): Promise<() => string[]> {
  if ('sql' in takeOut) {
    await query(laku.ownerUrl, takeOut.sql)
    return () => []
  }
  const missed = new Set(takeOut.parts)
  laku.wire.rewrite = (text) =>
    takeOut.parts.reduce((rest, part) => {
      const without = rest.replace(part, '')
      if (without !== rest) missed.delete(part)
      return without
    }, text)
  return () => [...missed].map(String)
}

describe('each guard is needed: with it the story holds, without it the story breaks', () => {
  it.each(guards)('$guard: $scenario', async (guard) => {
    const arena = await openArena()
    try {
      await scenarios[guard.scenario](arena)
      const missed = await takeOut(arena, guard)
      const broken = await scenarios[guard.scenario](arena).then(
        () => undefined,
        (error: unknown) => String(error).split('\n')[0],
      )
      console.info(`without ${guard.guard}: ${broken}`)
      expect(missed(), 'the parts of the guard that no statement had').toEqual([])
      expect(broken).toBeDefined()
    } finally {
      await arena.laku.close()
    }
  })

  it('every story is told by a guard', () => {
    expect(new Set(guards.map((guard) => guard.scenario))).toEqual(new Set(Object.keys(scenarios)))
  })
})
