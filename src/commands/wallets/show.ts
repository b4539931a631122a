import { z } from 'zod'
import { defineShow, section } from '../../cli/define/command.ts'
import { userArgument, userIdOf, userInput } from './user.ts'

export const show = defineShow({
  name: 'show',
  description: 'Show one wallet: its balance, the money held for withdrawals, and its last withdrawals.',
  args: [userArgument],
  input: z.object(userInput),
  examples: ['laku wallets show 0812-3456-7890'],
  run: async (context, { user }) => {
    const { listWithdrawals } = await import('../../domain/wallet/withdrawals/read.ts')
    const { showWallet } = await import('../../domain/wallet/view.ts')
    return await context.read(async (work) => {
      const userId = await userIdOf(work.tx, user)
      const wallet = await showWallet(work.tx, userId)
      return { ...wallet, withdrawals: (await listWithdrawals(work, { userId, limit: 10 })).data }
    })
  },
  fields: [
    { name: 'user_id', heading: 'user', kind: 'code', value: (wallet) => wallet.userId },
    { name: 'name', value: (wallet) => wallet.name },
    { name: 'phone', value: (wallet) => wallet.phone },
    { name: 'user_status', heading: 'status', kind: 'status', value: (wallet) => wallet.userStatus },
    { name: 'balance_idr', kind: 'idr', value: (wallet) => wallet.balanceIdr },
    { name: 'refunded_idr', heading: 'of it refunded', kind: 'idr', value: (wallet) => wallet.refundedIdr },
    { name: 'held_idr', heading: 'held', kind: 'idr', value: (wallet) => wallet.heldIdr },
  ],
  sections: ({ withdrawals }) => [
    section(
      'Withdrawals',
      [
        { name: 'code', kind: 'code', value: (row) => row.code },
        { name: 'status', kind: 'status', value: (row) => row.status },
        { name: 'amount_idr', kind: 'idr', value: (row) => row.amountIdr },
        { name: 'bank', value: (row) => row.bank },
        { name: 'account', value: (row) => row.account },
        { name: 'created_at', kind: 'time', value: (row) => row.createdAt },
      ],
      withdrawals,
    ),
  ],
})
