import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'

export const list = defineList({
  name: 'list',
  description:
    'Money that moved and has no place yet, newest first: above zero it left us, below it came to us.',
  options: [
    { flags: '--all', description: 'what was disposed of too' },
    { flags: '--code <code>', description: 'of one object' },
  ],
  input: z.object({ all: z.boolean().optional(), code: z.string().optional() }),
  examples: ['laku suspense list', 'laku suspense list --all --csv'],
  empty: 'Nothing lies in suspense. --all shows what was disposed of.',
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
