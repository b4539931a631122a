import { z } from 'zod'
import { defineChange } from '../define-command.ts'

const args = [{ name: 'refund', description: 'UUID or code' }]

export const approve = defineChange({
  name: 'approve',
  description: 'Approve a refund that another person asked for.',
  args,
  input: z.object({ refund: z.string() }),
  change: async (work, input) => {
    const { approveRefund } = await import('../../domain/payment/index.ts')
    return await approveRefund(work, input)
  },
  done: ({ code, status, destination }) => `${code} is ${status}, to the ${destination}.`,
})

export const reject = defineChange({
  name: 'reject',
  description: 'Refuse a refund that somebody asked for.',
  args,
  input: z.object({ refund: z.string() }),
  needsReason: true,
  change: async (work, input) => {
    const { rejectRefund } = await import('../../domain/payment/index.ts')
    return await rejectRefund(work, input)
  },
  done: ({ code, status }) => `${code} is ${status}.`,
})

export const retry = defineChange({
  name: 'retry',
  description: 'Send a failed refund again now, or ask about one whose answer is outstanding.',
  args,
  options: [
    { flags: '--wallet', description: "into the buyer's wallet instead: its source takes nothing back" },
    {
      flags: '--provider-refund-id <id>',
      description: 'of one whose outcome stayed unknown: what the provider calls it',
    },
    { flags: '--not-sent', description: 'of such a one: you looked it up, and the provider has none' },
  ],
  input: z.object({
    refund: z.string(),
    wallet: z.boolean().optional(),
    providerRefundId: z.string().min(1).optional(),
    notSent: z.boolean().optional(),
  }),
  change: async (work, input) => {
    const { retryRefund } = await import('../../domain/payment/index.ts')
    return await retryRefund(work, input)
  },
  done: ({ code, status }) =>
    status === 'to_wallet'
      ? `${code} is in the wallet.`
      : `${code} is ${status}, and goes on within seconds.`,
})
