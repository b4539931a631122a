import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { runArgument } from './show.ts'

export const stop = defineChange({
  name: 'stop',
  description: 'Stop a running command after its present step. What it has done by then stays done.',
  args: [runArgument],
  input: z.object({ run: z.uuid('it takes the UUID of a command') }),
  examples: ['laku commands stop 019ad1b2-7c4e-7a31-9f0e-3d5a6b7c8d9e'],
  change: async (work, { run }) => {
    const { stopRun } = await import('../../domain/auth/index.ts')
    return await stopRun(work, run)
  },
  done: ({ id, command }) => `${command} is asked to stop: laku commands attach ${id} shows how it ends.`,
})
