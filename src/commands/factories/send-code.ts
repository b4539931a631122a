import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'

export const sendCode = defineChange({
  name: 'send-code',
  description:
    'Send a code to the new phone number of a verified factory. The factory then reads it out to you.',
  args: [{ name: 'factory', description: 'the UUID of the factory' }],
  options: [{ flags: '--phone <phone>', description: 'the new phone number, to which the code is sent' }],
  input: z.object({ factory: z.uuid(), phone: z.string('name the new number') }),
  examples: [
    'laku factories send-code 01990000-0000-7000-8000-000000000001 --phone 0813-0000-0002 --reason "they moved"',
  ],
  needsReason: true,
  change: async (work, { factory: factoryId, phone }) => {
    const { sendFactoryCode } = await import('../../domain/composition/ways-in/change-factory.ts')
    return await sendFactoryCode(work, { factoryId, phone })
  },
  done: ({ phone, expiresInS, sentInS, factoryId }) =>
    `A code goes to ${phone}${sentInS > 0 ? ` in ${Math.ceil(sentInS)} s` : ''}, good for ${Math.round(expiresInS / 60)} min. Ask for it, then: laku factories update ${factoryId} --phone ${phone} --caller-code CODE --reason WHY`,
})
