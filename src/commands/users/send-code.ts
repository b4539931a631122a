import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { userArgument, userInput, userNamed } from './user.ts'

export const sendCode = defineChange({
  name: 'send-code',
  description: 'Send a code to the new phone number of a user. The caller then reads it out to you.',
  args: [userArgument],
  options: [{ flags: '--phone <phone>', description: 'the new phone number, to which the code is sent' }],
  input: z.object({ ...userInput, phone: z.string('name the new number') }),
  examples: ['laku users send-code 0812-0000-0001 --phone 0813-0000-0002 --reason "lost the old number"'],
  needsReason: true,
  change: async (work, { user, phone: written }) => {
    const { numberToProve } = await import('../../domain/user/index.ts')
    const { sendCallerCode } = await import('../../domain/auth/index.ts')
    const { id: userId } = await userNamed(work.tx, user)
    const { phone, locale } = await numberToProve(work, { userId, phone: written })
    const sent = await sendCallerCode(work, { subject: ['user', userId], phone, locale })
    work.audit({ command: 'users send-code', subject: ['user', userId], after: { codeSent: true } })
    return { userId, ...sent }
  },
  done: ({ phone, expiresInS, sentInS, userId }) =>
    `A code goes to ${phone}${sentInS > 0 ? ` in ${Math.ceil(sentInS)} s` : ''}, good for ${Math.round(expiresInS / 60)} min. Ask for it, then: laku users update ${userId} --phone ${phone} --caller-code CODE --reason WHY`,
})
