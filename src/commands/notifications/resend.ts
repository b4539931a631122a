import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'

export const resend = defineChange({
  name: 'resend',
  description: 'Send a notification again by the channels that failed or were skipped.',
  args: [{ name: 'notification', description: 'the UUID of the notification' }],
  input: z.object({ notification: z.uuid() }),
  examples: ['laku notifications resend 01990000-0000-7000-8000-000000000001'],
  change: async (work, { notification }) => {
    const { resend: again } = await import('../../domain/notification/index.ts')
    return await again(work, notification)
  },
  done: ({ title, deliveries }) =>
    `"${title}" is sent again: ${deliveries.map(({ channel, status }) => `${channel} ${status}`).join(', ')}.`,
})
