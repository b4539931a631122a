import { expect, it } from 'vitest'
import { importUnderKills } from './settle-import.ts'

it('1,000 decisions killed at 50 random rows and run again are as if they had run once', async () => {
  const killed = await importUnderKills(1_000, 50)
  expect(killed).toMatchObject({ rows: 1_000, kills: 50 })
  console.info(JSON.stringify(killed))
})
