import { z } from 'zod'
import { defineList } from '../../../cli/define/command.ts'
import { statesOf } from '../../../domain/kernel/transitions.ts'
import { withdrawalTransitions } from '../../../domain/wallet/transitions.ts'
import { userIdOf } from '../user.ts'

const statuses = statesOf(withdrawalTransitions)

export const list = defineList({
  name: 'list',
  description: 'List withdrawals, newest first.',
  options: [
    { flags: '--status <status>', description: 'only with this status', choices: statuses },
    { flags: '--user <user>', description: 'only of this user (UUID or phone number)' },
  ],
  input: z.object({ status: z.enum(statuses).optional(), user: z.string().optional() }),
  examples: ['laku wallets withdrawals list --status held'],
  empty: 'No withdrawals. Try without --status and --user; buyers ask for them.',
  run: async (context, { status, user }, page) => {
    const { listWithdrawals } = await import('../../../domain/wallet/withdrawals/read.ts')
    return await context.read(async (work) => {
      const userId = user === undefined ? undefined : await userIdOf(work.tx, user)
      return await listWithdrawals(work, { status, userId, ...page })
    })
  },
  columns: [
    { name: 'code', kind: 'code', value: (row) => row.code },
    { name: 'status', kind: 'status', value: (row) => row.status },
    { name: 'amount_idr', kind: 'idr', value: (row) => row.amountIdr },
    { name: 'fee_idr', heading: 'fee', kind: 'idr', spare: true, value: (row) => row.feeIdr },
    { name: 'user_id', heading: 'user', kind: 'code', spare: true, value: (row) => row.userId },
    { name: 'bank', value: (row) => row.bank },
    { name: 'account', value: (row) => row.account },
    { name: 'failure_code', heading: 'failure', value: (row) => row.failureCode },
    { name: 'due_at', heading: 'sent at', kind: 'time', spare: true, value: (row) => row.dueAt },
    { name: 'created_at', kind: 'time', spare: true, value: (row) => row.createdAt },
  ],
})
