import { describe, expect, it } from 'vitest'
import { query } from '../global-setup.ts'
import { type Arena, openArena } from '../races/shop-races.ts'
import { type Guard, guards } from './guards.ts'
import { scenarios } from './scenarios.ts'

/**
 * Removes a guard from this database, or from the statements of this process. Returns a function that counts
 * the changed statements.
 */
async function takeOut({ laku }: Arena, { takeOut }: Guard): Promise<() => number> {
  if ('sql' in takeOut) {
    await query(laku.ownerUrl, takeOut.sql)
    return () => 1
  }
  let changed = 0
  laku.wire.rewrite = (text) => {
    const without = text.replace(takeOut.from, takeOut.to)
    if (without !== text) changed++
    return without
  }
  return () => changed
}

describe('each guard is needed: with it the story holds, without it the story breaks', () => {
  it.each(guards)('$guard: $scenario', async (guard) => {
    const arena = await openArena()
    try {
      await scenarios[guard.scenario](arena)
      const changed = await takeOut(arena, guard)
      const broken = await scenarios[guard.scenario](arena).then(
        () => undefined,
        (error: unknown) => String(error).split('\n')[0],
      )
      console.info(`without ${guard.guard}: ${broken}`)
      expect(changed()).toBeGreaterThan(0)
      expect(broken).toBeDefined()
    } finally {
      await arena.laku.close()
    }
  })

  it('every story is told by a guard', () => {
    expect(new Set(guards.map((guard) => guard.scenario))).toEqual(new Set(Object.keys(scenarios)))
  })
})
