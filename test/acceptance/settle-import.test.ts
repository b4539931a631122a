import { expect, it } from 'vitest'
import { importUnderKills } from '../settle-import.ts'

it('a file of decisions killed at random rows and run again is as one that was not', async () => {
  expect(await importUnderKills(20, 5)).toMatchObject({ rows: 20, kills: 5 })
}, 120_000)
