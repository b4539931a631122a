import { it } from 'vitest'
import { runOutside } from './run.ts'

it('six histories in which the provider contradicts itself, workers sleep, banks answer and backups come back: who has what', async () => {
  await runOutside(6)
}, 120_000)
