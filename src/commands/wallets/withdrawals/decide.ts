import { z } from 'zod'
import { defineChange } from '../../../cli/define/command.ts'
import { usageError } from '../../../cli/errors/cli-error.ts'
import { seenInput, seenOption } from '../../asked-seen.ts'

const shape = {
  args: [{ name: 'withdrawal', description: 'the UUID or code of the withdrawal' }],
  input: z.object({ withdrawal: z.string() }),
}

export const approve = defineChange({
  ...shape,
  name: 'approve',
  description: 'Approve a held withdrawal. A new bank account gets money only when it is one day old.',
  options: [
    {
      flags: '--by-hand <reference>',
      description:
        "you sent it from the company's bank, because it is too small for the provider: the bank's reference",
    },
    seenOption,
  ],
  input: z.object({
    withdrawal: z.string(),
    byHand: z.string().min(1).max(100).optional(),
    seen: seenInput,
  }),
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
  description: 'Reject a withdrawal that was not sent yet. Its money goes back into the wallet.',
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
  description: 'Try a failed or reversed withdrawal again, as a new withdrawal. This is possible once.',
  change: async (work, input) => {
    const { retryWithdrawal } = await import('../../../domain/wallet/index.ts')
    return await retryWithdrawal(work, input)
  },
  done: ({ code, status }, { withdrawal }) => `${withdrawal} is tried again as ${code}, which is ${status}.`,
})

export const returned = defineChange({
  ...shape,
  name: 'returned',
  description:
    'Record that the bank sent back a withdrawal that was paid by hand, or that it was never sent. Its money goes back into the wallet.',
  options: [
    { flags: '--reference <reference>', description: "the bank's reference of the transfer that came back" },
    {
      flags: '--never-sent',
      description: 'it was recorded by mistake; its reference can be used again',
    },
  ],
  input: z.object({
    withdrawal: z.string(),
    reference: z.string().min(1).max(100).optional(),
    neverSent: z.boolean().default(false),
  }),
  examples: [
    'laku wallets withdrawals returned WDR-261123-7K3QX2ABCD --reference "BCA 0816" --reason "account closed"',
  ],
  needsReason: true,
  change: async (work, { withdrawal, reference, neverSent }) => {
    if (neverSent === (reference !== undefined)) throw usageError('give one of --reference and --never-sent')
    const { returnByHand } = await import('../../../domain/wallet/index.ts')
    return await returnByHand(work, { withdrawal, reference })
  },
  done: ({ code, status }) => `${code} is ${status}: its money is in the wallet again.`,
})

export const arrived = defineChange({
  ...shape,
  name: 'arrived',
  description:
    'Record that the bank had paid a withdrawal that was taken back as never sent. Its money is taken out of the wallet again, or goes into suspense.',
  options: [{ flags: '--reference <reference>', description: "the bank's reference of the transfer" }],
  input: z.object({ withdrawal: z.string(), reference: z.string().min(1).max(100) }),
  examples: [
    'laku wallets withdrawals arrived WDR-261123-7K3QX2ABCD --reference "BCA 0816" --reason "it is in the statement"',
  ],
  needsReason: true,
  change: async (work, input) => {
    const { arriveByHand } = await import('../../../domain/wallet/index.ts')
    return await arriveByHand(work, input)
  },
  done: ({ code, status }) =>
    status === 'succeeded'
      ? `${code} is ${status}: its money is out of the wallet again.`
      : `The wallet no longer holds the money of ${code}, so it is in suspense: laku suspense show ${code}`,
})
