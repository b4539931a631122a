import { it } from 'vitest'
import { runHistories } from './run-histories.ts'

it('12 random histories go as the model says, and what is always true holds after every command', async () => {
  await runHistories(12)
}, 300_000)
