import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'

export const resolve = defineChange({
  name: 'resolve',
  description:
    'Mark an item as done. The reason says what you did; if the same happens again, a new item appears.',
  args: [{ name: 'id', description: 'the UUID of the item' }],
  input: z.object({ id: z.uuid() }),
  examples: ['laku attention resolve 0192f3c1-… --reason "the buyer was called"'],
  needsReason: true,
  change: async (work, { id }, reason) => {
    const { resolveAttention } = await import('../../domain/ops/index.ts')
    return await resolveAttention(work, { id, resolution: reason })
  },
  done: ({ kind, message }) => `Resolved ${kind}: ${message}`,
})
