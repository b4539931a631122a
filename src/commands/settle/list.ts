import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { statesOf } from '../../domain/kernel/transitions.ts'
import { settlementTransitions } from '../../domain/settlement/transitions.ts'

const statuses = statesOf(settlementTransitions)

export const list = defineList({
  name: 'list',
  description: 'List settlements, newest first.',
  options: [
    { flags: '--status <status>', description: 'only with this status', choices: statuses },
    { flags: '--factory <id>', description: 'only of this factory (UUID)' },
  ],
  input: z.object({ status: z.enum(statuses).optional(), factory: z.uuid().optional() }),
  examples: ['laku settle list --status calculated'],
  empty: 'No settlements. Try another --status, or laku settle run.',
  run: async (context, { status, factory }, page) => {
    const { listSettlements } = await import('../../domain/settlement/read.ts')
    return await context.read(({ tx }) => listSettlements(tx, { status, factoryId: factory, ...page }))
  },
  columns: [
    { name: 'code', kind: 'code', value: (row) => row.code },
    { name: 'status', kind: 'status', value: (row) => row.status },
    { name: 'factory', value: (row) => row.factory.name },
    { name: 'through', kind: 'code', value: (row) => row.through },
    { name: 'items', kind: 'number', spare: true, value: (row) => row.items },
    { name: 'net_idr', kind: 'idr', value: (row) => row.netIdr },
    { name: 'calculated_at', kind: 'time', spare: true, value: (row) => row.calculatedAt },
    { name: 'paid_at', kind: 'time', spare: true, value: (row) => row.paidAt },
  ],
})
