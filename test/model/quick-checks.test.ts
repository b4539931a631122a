import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { openTestLaku } from '../laku.ts'
import { Market } from '../market.ts'
import { brokenNow, installQuickChecks } from './quick-checks.ts'

it('the checks of the book as one function of the database see what is wrong', async () => {
  const laku = await openTestLaku({ jobs: [] })
  await installQuickChecks(laku)
  const market = await Market.open(laku)
  await market.addStock(3)
  expect(await laku.system(brokenNow)).toEqual([])
  await sql`update warehouse_inventory set on_hand = 4`.execute(laku.db)
  expect(await laku.system(brokenNow)).toEqual([expect.stringMatching(/^stock equals its movements: /)])
  await laku.close()
})
