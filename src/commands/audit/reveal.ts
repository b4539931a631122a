import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'

export const reveal = defineChange({
  name: 'reveal',
  description:
    'Show the encrypted values of a row of the audit log, like an old phone number. The audit log records that you looked.',
  args: [{ name: 'id', description: 'the UUID of the row' }],
  input: z.object({ id: z.uuid() }),
  examples: ['laku audit reveal 0190… --reason "the buyer says that it was not them"'],
  needsReason: true,
  change: async (work, { id }) => {
    const { revealAudit } = await import('../../domain/way-in/index.ts')
    return await revealAudit(work, id)
  },
  done: ({ values }) =>
    Object.entries(values)
      .map(([field, value]) => `${field}: ${value}`)
      .join('\n'),
})
