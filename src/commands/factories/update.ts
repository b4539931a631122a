import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { usageError } from '../../cli/errors/cli-error.ts'
import { factoryInput, factoryOptions } from './fields.ts'

export const update = defineChange({
  name: 'update',
  description: 'Change the data of a factory. A new commission is used for new sessions and orders only.',
  args: [{ name: 'factory', description: 'the UUID of the factory' }],
  options: [
    { flags: '--name <name>', description: 'the new name' },
    {
      flags: '--phone <phone>',
      description: 'the new phone number, to which messages about orders and payments go',
    },
    {
      flags: '--caller-code <code>',
      description:
        'with --phone of a verified factory: the code that laku factories send-code sent to the new number, as the factory reads it out',
    },
    ...factoryOptions,
  ],
  input: z.object({
    factory: z.uuid(),
    name: z.string().trim().min(1).max(200).optional(),
    phone: z.string().min(5).max(30).optional(),
    callerCode: z
      .string()
      .regex(/^\d{3}[ -]?\d{3}$/, 'six digits')
      .optional(),
    takenForGranted: z.custom<true>((given) => given === true).optional(),
    ...factoryInput,
  }),
  examples: [
    'laku factories update 0190… --commission-bps 450 --reason "contract of November"',
    'laku factories update 0190… --phone 0813-0000-0002 --caller-code 123456 --reason "they moved"',
  ],
  change: async (
    work,
    { factory: factoryId, callerCode, takenForGranted: isTakenForGranted, ...changes },
  ) => {
    const { changeFactory } = await import('../../domain/composition/ways-in/change-factory.ts')
    if (callerCode !== undefined && changes.phone === undefined)
      throw usageError('--caller-code is the code of a new number: name it with --phone')
    if (Object.keys(changes).length === 0)
      throw usageError('nothing to change: see laku factories update --help')
    return await changeFactory(work, { factoryId, callerCode, isTakenForGranted, ...changes })
  },
  // A dry run does not check the code that the caller reads out to staff; it accepts any code. A dry run
  // counts no wrong codes. So if it checked the code, staff could find the right code by many dry runs.
  assuming: async (_way, run) => await run({ takenForGranted: true }),
  done: ({ name }) => `${name} is changed.`,
})
