import { z } from 'zod'
import { defineList } from '../../../cli/define/command.ts'
import { statesOf } from '../../../domain/kernel/transitions.ts'
import { pickupTransitions } from '../../../domain/office/transitions.ts'

const statuses = statesOf(pickupTransitions)

export const list = defineList({
  name: 'list',
  description: 'List pickups at factories, newest first. An agent sees only those of their own office.',
  options: [
    { flags: '--status <status>', description: 'only with this status', choices: statuses },
    { flags: '--office <office>', description: 'only of this office (UUID)' },
  ],
  input: z.object({ status: z.enum(statuses).optional(), office: z.uuid().optional() }),
  examples: ['laku offices pickups list --status scheduled'],
  run: async (context, { status, office: officeId }, page) => {
    const { listPickups } = await import('../../../domain/office/read-pickups.ts')
    return await context.read((work) => listPickups(work, { status, officeId, ...page }))
  },
  columns: [
    { name: 'id', kind: 'code', value: (row) => row.id },
    { name: 'status', kind: 'status', value: (row) => row.status },
    { name: 'purchase_order', kind: 'code', value: (row) => row.purchaseOrder.code },
    { name: 'factory', value: (row) => row.factory.name },
    { name: 'office', value: (row) => row.office.name },
    { name: 'scheduled_for', heading: 'day', value: (row) => row.scheduledFor },
    {
      name: 'expected',
      kind: 'number',
      value: (row) => row.items.reduce((sum, item) => sum + item.expected, 0),
    },
    {
      name: 'counted',
      kind: 'number',
      value: (row) => row.items.reduce((sum, item) => sum + (item.counted ?? 0), 0),
    },
  ],
  empty: 'No pickups. Schedule one with laku offices pickups schedule.',
})
