import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'

export const cancel = defineChange({
  name: 'cancel',
  description: 'Keep a notice from going out by the ways on which it waits; the inbox keeps it.',
  args: [{ name: 'notification', description: 'UUID' }],
  input: z.object({ notification: z.uuid() }),
  needsReason: true,
  examples: ['laku notifications cancel 01990000-0000-7000-8000-000000000001 --reason "sent by mistake"'],
  change: async (work, { notification: notificationId }) => {
    const { cancelDeliveries } = await import('../../domain/notification/index.ts')
    return await cancelDeliveries(work, { notificationId })
  },
  done: ({ title, deliveries }) =>
    `"${title}" waits no more: ${deliveries.map(({ channel, status }) => `${channel} ${status}`).join(', ')}.`,
})
