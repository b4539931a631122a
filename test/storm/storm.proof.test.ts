import { expect, it } from 'vitest'
import { storm } from './storm.ts'

it('waves of 48 random acts, eight at once: the book whole after each, no deadlock, nothing refused but by a rule', async () => {
  const outcomes = await storm(Number(process.env.LAKU_RUNS ?? 100))
  const tally = [...outcomes].sort().map(([outcome, count]) => `${count} ${outcome}`)
  console.info(`${tally.join(', ')}`)
  // Every act succeeded at some time, so the storm did not consist of refusals only.
  const done = new Set([...outcomes.keys()].filter((key) => key.endsWith(' ok')))
  expect(done.size).toBeGreaterThan(50)
}, 3_600_000)
