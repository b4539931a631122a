import { it } from 'vitest'
import { runOutside } from './run.ts'

it('four histories in which the provider contradicts itself, workers sleep, banks answer and backups come back: who has what', async () => {
  await runOutside(4)
}, 120_000)
