import { z } from 'zod'
import { defineChange } from '../../../cli/define/command.ts'
import { usageError } from '../../../cli/errors/cli-error.ts'

export const correct = defineChange({
  name: 'correct',
  description:
    'Correct a mistyped bank reference of a batch, of one of its lines, or of a withdrawal paid by hand.',
  args: [{ name: 'reference', description: 'the wrong reference, as it was typed' }],
  options: [
    { flags: '--to <reference>', description: 'the right reference' },
    { flags: '--free', description: 'remove the reference: its line did not arrive or came back' },
  ],
  input: z.object({
    reference: z.string().max(100),
    to: z.string().max(100).optional(),
    free: z.boolean().default(false),
  }),
  examples: ['laku settle batches correct "BCA 0000123" --to "BCA 0000132" --reason "digits swapped"'],
  needsReason: true,
  change: async (work, { reference, to, free }) => {
    if (free === (to !== undefined)) throw usageError('give one of --to and --free')
    const { correctBankReference } = await import('../../../domain/wallet/index.ts')
    return await correctBankReference(work, { reference, to })
  },
  done: ({ was, reference, of }) =>
    reference === null
      ? `${was} can be used again: ${of.code ?? of.id} no longer has it.`
      : `${of.code ?? of.id} now has ${reference}, and ${was} can be used again.`,
})
