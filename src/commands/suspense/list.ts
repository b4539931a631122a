import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'

export const list = defineList({
  name: 'list',
  description:
    'List unassigned money (suspense), newest first. An amount above zero left us, one below zero came to us.',
  options: [
    { flags: '--all', description: 'show assigned money too' },
    { flags: '--code <code>', description: 'only with this code' },
  ],
  input: z.object({ all: z.boolean().optional(), code: z.string().optional() }),
  examples: ['laku suspense list', 'laku suspense list --all --csv'],
  empty: 'There is no unassigned money. --all shows money that was assigned.',
  run: async (context, { all, code }, page) => {
    const { listSuspense } = await import('../../domain/suspense/list-suspense.ts')
    return await context.read(({ tx }) => listSuspense(tx, { all, code, ...page }))
  },
  columns: [
    { name: 'id', kind: 'code', value: (row) => row.id },
    { name: 'code', kind: 'code', value: (row) => row.code },
    { name: 'kind', value: (row) => row.kind },
    { name: 'status', kind: 'status', value: (row) => row.status },
    { name: 'amount_idr', kind: 'idr', value: (row) => row.amountIdr },
    { name: 'why', value: (row) => row.why },
    { name: 'created_at', kind: 'time', spare: true, value: (row) => row.createdAt },
    { name: 'decided_by', heading: 'decided by', spare: true, value: (row) => row.decidedBy },
  ],
})
