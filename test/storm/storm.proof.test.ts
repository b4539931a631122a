import { expect, it } from 'vitest'
import { wanted } from './certain.ts'
import { ENOUGH, storm } from './storm.ts'

it('waves of 48 random acts, eight at once: the book whole after each, no deadlock, nothing refused but by a rule', async () => {
  const waves = Number(process.env.LAKU_RUNS ?? 100)
  const outcomes = await storm(waves)
  const tally = [...outcomes].sort().map(([outcome, count]) => `${count} ${outcome}`)
  console.info(`${tally.join(', ')}`)
  // Every act succeeded at some time, so the storm did not consist of refusals only.
  const done = new Set([...outcomes.keys()].filter((key) => key.endsWith(' ok')))
  expect(done.size).toBeGreaterThan(waves < ENOUGH ? 0 : 50)
  expect(wanted.filter((act) => waves >= ENOUGH && !done.has(`${act} ok`))).toEqual([])
}, 3_600_000)
