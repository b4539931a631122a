import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { factoryTransitions } from '../../domain/factory/transitions.ts'
import { statesOf } from '../../domain/kernel/transitions.ts'

const statuses = statesOf(factoryTransitions)

export const list = defineList({
  name: 'list',
  description: 'List factories, newest first.',
  options: [{ flags: '--status <status>', description: 'only with this status', choices: statuses }],
  input: z.object({ status: z.enum(statuses).optional() }),
  examples: ['laku factories list --status active'],
  run: async (context, { status }, page) => {
    const { listFactories } = await import('../../domain/factory/read-factories.ts')
    return await context.read(({ tx, actor }) => {
      // An agent sees only the factories that belong to their office.
      const lookedAfterBy = actor.kind === 'staff' && actor.role === 'agent' ? actor.id : undefined
      return listFactories(tx, { status, lookedAfterBy, ...page })
    })
  },
  columns: [
    { name: 'id', kind: 'code', value: (row) => row.id },
    { name: 'name', value: (row) => row.name },
    { name: 'city', spare: true, value: (row) => row.city },
    { name: 'verification', kind: 'status', value: (row) => row.verification },
    { name: 'status', kind: 'status', value: (row) => row.status },
    {
      name: 'commission_bps',
      heading: 'commission (bp)',
      kind: 'number',
      spare: true,
      value: (row) => row.commissionBps,
    },
  ],
  empty: 'No factories. Add one with laku factories create.',
})
