import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { usageError } from '../../cli/errors/cli-error.ts'
import { userArgument, userInput, userNamed } from './user.ts'

const locales = ['id', 'en'] as const

export const update = defineChange({
  name: 'update',
  description: 'Change the data of a user.',
  args: [userArgument],
  options: [
    { flags: '--phone <phone>', description: 'their new phone number, with which they log in' },
    {
      flags: '--caller-code <code>',
      description:
        'with --phone: the code that laku users send-code sent to the new number, as the caller reads it out',
    },
    { flags: '--name <name>', description: 'their name' },
    { flags: '--email <address>', description: 'their email address' },
    { flags: '--locale <language>', description: 'the language of messages to them', choices: locales },
  ],
  input: z.object({
    ...userInput,
    phone: z.string().optional(),
    callerCode: z
      .string()
      .regex(/^\d{3}[ -]?\d{3}$/, 'six digits')
      .optional(),
    takenForGranted: z.custom<true>((given) => given === true).optional(),
    name: z.string().trim().min(1).max(100).optional(),
    email: z.email().max(254).optional(),
    locale: z.enum(locales).optional(),
  }),
  examples: [
    'laku users update 0812-0000-0001 --locale en --reason "asked for English"',
    'laku users update 0812-0000-0001 --phone 0813-0000-0002 --caller-code 123456 --reason "lost the old number"',
  ],
  needsReason: true,
  change: async (work, { user, callerCode, takenForGranted = false, ...changes }) => {
    const { changeUser } = await import('../../domain/user/index.ts')
    const { phone } = changes
    if (callerCode !== undefined && phone === undefined)
      throw usageError('--caller-code is the code of a new number: name it with --phone')
    if (Object.keys(changes).length === 0) throw usageError('nothing to change: see laku users update --help')
    const { id: userId } = await userNamed(work.tx, user)
    if (callerCode !== undefined && phone !== undefined && !takenForGranted) {
      const { tryCallerCode } = await import('../../domain/auth/index.ts')
      const code = callerCode.replace(/\D/, '')
      const refused = await tryCallerCode(work, { subject: ['user', userId], phone, code })
      if (refused) return refused
    }
    return await changeUser(work, { userId, ...changes, phoneProven: callerCode !== undefined })
  },
  // A dry run does not check the code that the caller reads out to staff; it accepts any code. A dry run
  // counts no wrong codes. So if it checked the code, staff could find the right code by many dry runs.
  assuming: async (_way, run) => await run({ takenForGranted: true }),
  done: ({ id }) => `User ${id} is changed.`,
})
