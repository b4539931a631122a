import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settlementRaces } from '../../../test/settlement-races.ts'
import { openSettlementFixture, type SettlementFixture } from '../../../test/settlements.ts'

const ROUNDS = 200

describe('settlements under races, at length', () => {
  let f: SettlementFixture
  beforeAll(async () => {
    f = await openSettlementFixture()
  })
  afterAll(async () => {
    expect(await f.broken()).toEqual([])
    await f.laku.close()
  })

  it.each(Object.entries(settlementRaces))('%s', async (_name, race) => {
    for (let round = 0; round < ROUNDS; round++) await race(f)
  })
})
