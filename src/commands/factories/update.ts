import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { usageError } from '../../cli/errors/cli-error.ts'
import { factoryInput, factoryOptions } from './fields.ts'

export const update = defineChange({
  name: 'update',
  description:
    'Change what is known of a factory; a new commission holds for sessions and orders from now on.',
  args: [{ name: 'factory', description: 'UUID' }],
  options: [
    { flags: '--name <name>', description: 'its new name' },
    { flags: '--phone <phone>', description: 'its new number' },
    ...factoryOptions,
  ],
  input: z.object({
    factory: z.uuid(),
    name: z.string().trim().min(1).max(200).optional(),
    phone: z.string().min(5).max(30).optional(),
    ...factoryInput,
  }),
  examples: ['laku factories update 0190… --commission-bps 450 --reason "contract of November"'],
  change: async (work, { factory: factoryId, ...changes }) => {
    const { updateFactory } = await import('../../domain/factory/index.ts')
    if (Object.keys(changes).length === 0)
      throw usageError('nothing to change: see laku factories update --help')
    return await updateFactory(work, { factoryId, ...changes })
  },
  done: ({ name }) => `${name} is changed.`,
})
