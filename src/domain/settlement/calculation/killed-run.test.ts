import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSettlementFixture, type SettlementFixture, sinta } from '../../../../test/settlements.ts'
import type { UnitOfWork } from '../../kernel/index.ts'
import { runSettlements } from '../index.ts'

const ROUNDS = 10

describe('a run of settlements', () => {
  let f: SettlementFixture
  beforeAll(async () => {
    f = await openSettlementFixture()
  })
  afterAll(async () => {
    expect(await f.broken()).toEqual([])
    await f.laku.close()
  })

  it('that is killed anywhere and run again is as one that was not', async () => {
    class Killed extends Error {}
    for (let round = 0; round < ROUNDS; round++) {
      // Every run checks the settlements that wait for approval, so those of earlier rounds are approved
      // first.
      const waiting = f.laku.db.selectFrom('settlements').select('code').where('status', '=', 'calculated')
      for (const { code } of await waiting.execute()) await f.approve(code)
      const factories = await Promise.all(Array.from({ length: 3 }, () => f.factory()))
      for (const [i, id] of factories.entries()) await f.sell(id, 100_000 * (i + 1))
      const lastTold = Math.floor(Math.random() * 3)
      let runs = 0
      const told: string[] = []
      // The run is killed inside the transaction of a factory, or between two transactions.
      const inside = round % 2 === 0
      const unitOfWork = {
        db: f.laku.unitOfWork.db,
        run: (actor, use) =>
          f.laku.unitOfWork.run(actor, async (work) => {
            const result = await use(work)
            if (inside && ++runs > lastTold + 1) throw new Killed()
            return result
          }),
      } as UnitOfWork
      await runSettlements({ unitOfWork, actor: sinta }, {}, ({ factory, settlements, error }) => {
        if (error) throw error
        told.push(...settlements.map((settlement) => `${factory.id} ${settlement.code}`))
        if (!inside && told.length > lastTold) throw new Killed()
      }).catch((error: unknown) => expect(error).toBeInstanceOf(Killed))
      const outcomes = await runSettlements({ unitOfWork: f.laku.unitOfWork, actor: sinta }, {})
      const made = outcomes.flatMap(({ factory, settlements }) =>
        settlements.map((settlement) => ({
          id: factory.id,
          line: `${factory.id} ${settlement.code}`,
          net: settlement.netIdr,
        })),
      )
      expect(made.map((row) => row.line)).toEqual(expect.arrayContaining(told))
      const own = (id: string) => made.filter((row) => row.id === id).map((row) => row.net)
      expect(factories.map(own)).toEqual([[95_000], [190_000], [285_000]])
    }
  })
})
