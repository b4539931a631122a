import { it } from 'vitest'
import { runHistories } from './run-histories.ts'

it('30 random histories go as the model says, and what is always true holds after every command', async () => {
  await runHistories(30)
}, 300_000)
