import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestLaku } from '../laku.ts'

/**
 * Races in one shop. Each is run for one round and checks a claim that must hold whoever wins. It returns the
 * winner, if that may differ.
 */
export interface Races<A extends { laku: TestLaku }> {
  open(): Promise<A>
  races: { [name: string]: (arena: A, round: number) => Promise<unknown> }
  /** Returns the violated invariants; empty if all hold. */
  broken(arena: A): Promise<unknown[]>
}

/**
 * Runs this many rounds of each race. There must be no deadlock, and all invariants must hold afterwards.
 * Prints who won how often.
 */
export function holdRaces<A extends { laku: TestLaku }>(
  title: string,
  { open, races, broken }: Races<A>,
  rounds: number,
): void {
  describe(`${title}, ${rounds} rounds each: one winner, no deadlock, the book whole`, () => {
    let arena: A
    beforeAll(async () => {
      arena = await open()
    })
    afterAll(() => arena.laku.close())

    it.each(Object.keys(races))('%s', async (name) => {
      const race = races[name] as Races<A>['races'][string]
      const { wire } = arena.laku
      wire.rings.length = 0
      const wins = new Map<string, number>()
      const begun = performance.now()
      for (let round = 0; round < rounds; round++) {
        const said = await race(arena, round)
        const winner = typeof said === 'string' ? said : 'one'
        wins.set(winner, (wins.get(winner) ?? 0) + 1)
      }
      const tally = [...wins].sort().map(([winner, count]) => `${winner} ${count}`)
      const seconds = ((performance.now() - begun) / 1000).toFixed(1)
      console.info(`${name}: ${rounds} rounds in ${seconds} s, won by ${tally.join(', ')}`)
      expect(wire.rings).toEqual([])
      expect(await broken(arena)).toEqual([])
    })
  })
}
