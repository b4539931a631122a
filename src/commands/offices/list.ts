import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { statesOf } from '../../domain/kernel/transitions.ts'
import { officeTransitions } from '../../domain/office/transitions.ts'

const statuses = statesOf(officeTransitions)

export const list = defineList({
  name: 'list',
  description: 'List the offices of agents, newest first. An agent sees only their own office.',
  options: [{ flags: '--status <status>', description: 'only with this status', choices: statuses }],
  input: z.object({ status: z.enum(statuses).optional() }),
  examples: ['laku offices list'],
  run: async (context, { status }, page) => {
    const { listOffices } = await import('../../domain/office/read-offices.ts')
    return await context.read((work) => listOffices(work, { status, ...page }))
  },
  columns: [
    { name: 'id', kind: 'code', value: (row) => row.id },
    { name: 'name', value: (row) => row.name },
    { name: 'city', value: (row) => row.city },
    { name: 'status', kind: 'status', value: (row) => row.status },
    { name: 'agents', kind: 'number', spare: true, value: (row) => row.agents.length },
    { name: 'factories', kind: 'number', spare: true, value: (row) => row.factories.length },
  ],
  empty: 'No offices. Create one with laku offices create.',
})
