import { z } from 'zod'
import { defineChange } from '../../../cli/define/command.ts'

const shape = {
  args: [{ name: 'withdrawal', description: 'UUID or code' }],
  input: z.object({ withdrawal: z.string() }),
}

export const approve = defineChange({
  ...shape,
  name: 'approve',
  description: 'Let a held withdrawal go. A new account still takes money only when it is a day old.',
  options: [
    {
      flags: '--by-hand <reference>',
      description: 'it was sent from the bank, for it is too small for the provider: the bank’s reference',
    },
  ],
  input: z.object({ withdrawal: z.string(), byHand: z.string().min(1).max(100).optional() }),
  change: async (work, input) => {
    const { approveWithdrawal } = await import('../../../domain/wallet/index.ts')
    return await approveWithdrawal(work, input)
  },
  done: ({ code, status, dueAt }) =>
    `${code} is ${status}${dueAt ? `, and is sent at ${dueAt.toISOString()}` : ''}.`,
})

export const reject = defineChange({
  ...shape,
  name: 'reject',
  description: 'Refuse a withdrawal that was not sent yet: its money is in the wallet again.',
  needsReason: true,
  change: async (work, input) => {
    const { rejectWithdrawal } = await import('../../../domain/wallet/index.ts')
    return await rejectWithdrawal(work, input)
  },
  done: ({ code, status }) => `${code} is ${status}.`,
})

export const retry = defineChange({
  ...shape,
  name: 'retry',
  description: 'Try a failed or reversed withdrawal again, as a new one, once.',
  change: async (work, input) => {
    const { retryWithdrawal } = await import('../../../domain/wallet/index.ts')
    return await retryWithdrawal(work, input)
  },
  done: ({ code, status }, { withdrawal }) => `${withdrawal} is tried again as ${code}, which is ${status}.`,
})
