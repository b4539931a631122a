import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { statesOf } from '../../domain/kernel/transitions.ts'
import { deliveryTransitions } from '../../domain/notification/transitions.ts'
import { userNamed } from '../users/user.ts'

const channels = ['email', 'push'] as const
const statuses = statesOf(deliveryTransitions)

export const list = defineList({
  name: 'list',
  description: 'List notifications to users, newest first. laku whatsapp list shows WhatsApp messages.',
  options: [
    { flags: '--user <user>', description: 'only to this user (UUID or phone number)' },
    { flags: '--channel <channel>', description: 'only by this channel', choices: channels },
    { flags: '--status <status>', description: 'only with a delivery in this status', choices: statuses },
  ],
  input: z.object({
    user: z.string().optional(),
    channel: z.enum(channels).optional(),
    status: z.enum(statuses).optional(),
  }),
  examples: ['laku notifications list --channel email --status failed'],
  run: async (context, { user, ...filter }, page) => {
    const { listForStaff } = await import('../../domain/notification/staff-views.ts')
    return await context.read(async (work) => {
      const userId = user === undefined ? undefined : (await userNamed(work.tx, user)).id
      return await listForStaff(work, { userId, ...filter, ...page })
    })
  },
  columns: [
    { name: 'id', kind: 'code', value: (row) => row.id },
    { name: 'template', kind: 'code', value: (row) => row.template },
    { name: 'title', value: (row) => row.title },
    {
      name: 'deliveries',
      heading: 'ways out',
      spare: true,
      value: (row) => row.deliveries.map(({ channel, status }) => `${channel} ${status}`).join(', '),
    },
    { name: 'created_at', kind: 'time', spare: true, value: (row) => row.createdAt },
  ],
  empty: 'No notifications. laku sends them automatically, and staff with laku notifications send.',
})
