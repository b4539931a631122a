import { z } from 'zod'
import { defineList } from '../../../cli/define/command.ts'
import { statesOf } from '../../../domain/kernel/transitions.ts'
import { walletAdjustmentTransitions } from '../../../domain/wallet/transitions.ts'

const statuses = statesOf(walletAdjustmentTransitions)

export const list = defineList({
  name: 'list',
  description: 'List the adjustments of wallets by staff, newest first.',
  options: [{ flags: '--status <status>', description: 'only with this status', choices: statuses }],
  input: z.object({ status: z.enum(statuses).optional() }),
  examples: ['laku wallets adjustments list --status requested'],
  empty: 'No adjustments. Try another --status, or ask for one with laku wallets adjust.',
  run: async (context, { status }, page) => {
    const { listAdjustments } = await import('../../../domain/wallet/adjustments/decide.ts')
    return await context.read((work) => listAdjustments(work, { status, ...page }))
  },
  columns: [
    { name: 'id', kind: 'code', value: (row) => row.id },
    { name: 'status', kind: 'status', value: (row) => row.status },
    { name: 'kind', value: (row) => row.kind },
    { name: 'change_idr', heading: 'change', kind: 'idr', value: (row) => row.changeIdr },
    { name: 'user_id', heading: 'user', kind: 'code', value: (row) => row.userId },
    { name: 'requested_by', heading: 'asked by', spare: true, value: (row) => row.requestedBy },
    { name: 'decided_by', heading: 'decided by', spare: true, value: (row) => row.decidedBy },
    { name: 'note', heading: 'why', value: (row) => row.note },
  ],
})
