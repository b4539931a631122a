import { expect, it } from 'vitest'
import { runOutside } from './run.ts'

it('a few histories of the outside world: who has what', async () => {
  const { acts } = await runOutside(2)
  expect([...acts.keys()]).toContain('restore: ok')
})
