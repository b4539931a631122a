import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'

export const resolve = defineChange({
  name: 'resolve',
  description: 'Put away what was looked at. The reason says what was done; raised again, it comes back.',
  args: [{ name: 'id', description: 'UUID' }],
  input: z.object({ id: z.uuid() }),
  examples: ['laku attention resolve 0192f3c1-… --reason "the buyer was called"'],
  needsReason: true,
  change: async (work, { id }, reason) => {
    const { resolveAttention } = await import('../../domain/ops/index.ts')
    return await resolveAttention(work, { id, resolution: reason })
  },
  done: ({ kind, message }) => `Resolved ${kind}: ${message}`,
})
