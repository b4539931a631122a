import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'

export const cancel = defineChange({
  name: 'cancel',
  description: 'Cancel the waiting deliveries of a notification. It stays in the inbox of the user.',
  args: [{ name: 'notification', description: 'the UUID of the notification' }],
  input: z.object({ notification: z.uuid() }),
  needsReason: true,
  examples: ['laku notifications cancel 01990000-0000-7000-8000-000000000001 --reason "sent by mistake"'],
  change: async (work, { notification: notificationId }) => {
    const { cancelDeliveries } = await import('../../domain/notification/index.ts')
    return await cancelDeliveries(work, { notificationId })
  },
  done: ({ title, deliveries }) =>
    `"${title}" is cancelled: ${deliveries.map(({ channel, status }) => `${channel} ${status}`).join(', ')}.`,
})
