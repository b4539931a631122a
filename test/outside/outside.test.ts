import { expect, it } from 'vitest'
import { runOutside } from './run.ts'

/** Histories of a seed that was red once: what is found by others is found by the proof. */
const SEED = 723_933_297

it('a few histories of the outside world: who has what', async () => {
  const { acts } = await runOutside(2, SEED)
  expect([...acts.keys()]).toContain('restore: ok')
})
