import { z } from 'zod'
import { defineShow, section } from '../../cli/define/command.ts'

export const show = defineShow({
  name: 'show',
  description: 'Show one notification and its deliveries.',
  args: [{ name: 'notification', description: 'the UUID of the notification' }],
  input: z.object({ notification: z.uuid() }),
  examples: ['laku notifications show 01990000-0000-7000-8000-000000000001'],
  run: async (context, { notification }) => {
    const { showNotification } = await import('../../domain/notification/staff-views.ts')
    return await context.read((work) => showNotification(work, notification))
  },
  fields: [
    { name: 'id', kind: 'code', value: (notification) => notification.id },
    { name: 'user_id', heading: 'user', kind: 'code', value: (notification) => notification.userId },
    { name: 'template', value: (notification) => notification.template },
    { name: 'title', value: (notification) => notification.title },
    { name: 'body', value: (notification) => notification.body },
    { name: 'link', value: (notification) => notification.link },
    { name: 'created_at', kind: 'time', value: (notification) => notification.createdAt },
    { name: 'read_at', kind: 'time', value: (notification) => notification.readAt },
  ],
  sections: ({ deliveries }) => [
    section(
      'Ways out',
      [
        { name: 'channel', value: (row) => row.channel },
        { name: 'status', kind: 'status', value: (row) => row.status },
        { name: 'attempts', kind: 'number', value: (row) => row.attempts },
        { name: 'failure_code', heading: 'why', value: (row) => row.failureCode },
      ],
      deliveries,
    ),
  ],
})
