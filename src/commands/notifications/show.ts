import { z } from 'zod'
import { defineShow, section } from '../../cli/define/command.ts'

export const show = defineShow({
  name: 'show',
  description: 'One notice, and how it went out.',
  args: [{ name: 'notification', description: 'UUID' }],
  input: z.object({ notification: z.uuid() }),
  examples: ['laku notifications show 01990000-0000-7000-8000-000000000001'],
  run: async (context, { notification }) => {
    const { showNotification } = await import('../../domain/notification/staff-views.ts')
    return await context.read((work) => showNotification(work, notification))
  },
  fields: [
    { name: 'id', kind: 'code', value: (one) => one.id },
    { name: 'user_id', heading: 'user', kind: 'code', value: (one) => one.userId },
    { name: 'template', value: (one) => one.template },
    { name: 'title', value: (one) => one.title },
    { name: 'body', value: (one) => one.body },
    { name: 'link', value: (one) => one.link },
    { name: 'created_at', kind: 'time', value: (one) => one.createdAt },
    { name: 'read_at', kind: 'time', value: (one) => one.readAt },
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
