import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { statesOf } from '../../domain/kernel/transitions.ts'
import { userTransitions } from '../../domain/user/transitions.ts'

const statuses = statesOf(userTransitions)

export const list = defineList({
  name: 'list',
  description: 'List users, newest first.',
  options: [{ flags: '--status <status>', description: 'only with this status', choices: statuses }],
  input: z.object({ status: z.enum(statuses).optional() }),
  examples: ['laku users list --status suspended'],
  run: async (context, { status }, page) => {
    const { listUsers } = await import('../../domain/user/list-users.ts')
    return await context.read((work) => listUsers(work, { status, ...page }))
  },
  columns: [
    { name: 'id', kind: 'code', value: (row) => row.id },
    { name: 'phone', kind: 'code', value: (row) => row.phone },
    { name: 'name', value: (row) => row.name },
    { name: 'status', kind: 'status', value: (row) => row.status },
    { name: 'created_at', kind: 'time', spare: true, value: (row) => row.createdAt },
  ],
  empty: 'No users. Buyers register themselves, or you add one with laku users create.',
})
