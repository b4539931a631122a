import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { sessionTransitions } from '../../domain/group-buying/transitions.ts'
import { statesOf } from '../../domain/kernel/transitions.ts'

const statuses = statesOf(sessionTransitions)

export const list = defineList({
  name: 'list',
  description: 'List sessions, newest first.',
  options: [{ flags: '--status <status>', description: 'only with this status', choices: statuses }],
  input: z.object({ status: z.enum(statuses).optional() }),
  examples: ['laku sessions list --status forming'],
  run: async (context, { status }, page) => {
    const { listSessions } = await import('../../domain/group-buying/list.ts')
    return await context.read(({ tx }) => listSessions(tx, { status, withDrafts: true, ...page }))
  },
  columns: [
    { name: 'code', kind: 'code', value: (row) => row.code },
    { name: 'status', kind: 'status', value: (row) => row.status },
    { name: 'product', value: (row) => row.product.name },
    { name: 'paid_units', heading: 'paid', kind: 'number', value: (row) => row.paidUnits },
    { name: 'held_units', heading: 'held', kind: 'number', spare: true, value: (row) => row.heldUnits },
    { name: 'moq', heading: 'MOQ', kind: 'number', value: (row) => row.moq },
    { name: 'capacity', kind: 'number', spare: true, value: (row) => row.capacity },
    { name: 'ends_at', heading: 'ends', kind: 'time', value: (row) => row.endsAt },
  ],
  empty: 'No sessions. Try another --status, or laku db seed for a first one.',
})
