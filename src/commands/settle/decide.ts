import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { exitCodes } from '../../cli/errors/cli-error.ts'
import { seenInput, seenOption } from '../asked-seen.ts'
import { paymentOf, settlementArgument, settlementInput } from './settlement.ts'

const shape = { args: [settlementArgument], input: settlementInput }

export const approve = defineChange({
  name: 'approve',
  secondPerson: true,
  description:
    'Approve a calculated settlement. If it is large, another person must approve it than the one who calculated it.',
  args: [settlementArgument],
  options: [
    {
      flags: '--plan <hash>',
      description: 'the plan_hash that you checked; a changed plan is then not approved',
    },
    seenOption,
  ],
  input: settlementInput.extend({ plan: z.string().optional(), seen: seenInput }),
  examples: ['laku settle approve STL-261123-7K3QX2'],
  change: async (work, { settlement, plan, seen }) => {
    const { approveSettlement } = await import('../../domain/settlement/index.ts')
    return await approveSettlement(work, { settlement, planHash: plan, seen })
  },
  done: ({ code, status }) => `${code} is ${status}: laku settle pay ${code}`,
})

export const hold = defineChange({
  ...shape,
  name: 'hold',
  description: 'Put a settlement on hold, so that it is not paid. It loses its approval.',
  needsReason: true,
  change: async (work, input, reason) => {
    const { holdSettlement } = await import('../../domain/settlement/index.ts')
    return await holdSettlement(work, { ...input, reason })
  },
  done: ({ code, status }) => `${code} is ${status}.`,
})

export const release = defineChange({
  ...shape,
  name: 'release',
  description: 'Release a settlement from its hold. It must be approved again.',
  change: async (work, input) => {
    const { releaseSettlement } = await import('../../domain/settlement/index.ts')
    return await releaseSettlement(work, input)
  },
  done: ({ code, status }) =>
    status === 'void'
      ? `${code} is void: its plan has changed. Run the settlement again.`
      : `${code} is ${status}.`,
})

export const voidVerb = defineChange({
  ...shape,
  name: 'void',
  description: 'Cancel a calculated settlement. The next run settles its lines.',
  needsReason: true,
  change: async (work, input, reason) => {
    const { voidSettlement } = await import('../../domain/settlement/index.ts')
    return await voidSettlement(work, { ...input, reason })
  },
  done: ({ code, status }) => `${code} is ${status}.`,
})

export const pay = defineChange({
  ...shape,
  name: 'pay',
  description: "Pay an approved settlement to the factory's bank account.",
  examples: ['laku settle pay STL-261123-7K3QX2 --confirm STL-261123-7K3QX2 --reason "week 47"'],
  severe: (context, { settlement }) => paymentOf(context, settlement),
  change: async (work, input) => {
    const { paySettlement } = await import('../../domain/settlement/index.ts')
    return await paySettlement(work, input)
  },
  // If the settlement is now on hold, the exit code is a conflict, because the settlement was not paid as
  // requested. The decision is saved nevertheless.
  exitCode: ({ status }) => (status === 'on_hold' ? exitCodes.conflict : exitCodes.done),
  done: ({ code, status }) => {
    if (status !== 'on_hold') return `${code} is being paid: laku settle show ${code}`
    return `${code} was not paid: its plan has changed since the approval, and it is on hold.`
  },
})

export const retry = defineChange({
  ...shape,
  name: 'retry',
  secondPerson: true,
  description: 'Pay a settlement again after its payout failed or came back.',
  severe: (context, { settlement }) => paymentOf(context, settlement),
  change: async (work, input) => {
    const { retrySettlement } = await import('../../domain/settlement/index.ts')
    return await retrySettlement(work, input)
  },
  done: ({ code }) => `${code} is being paid again: laku settle show ${code}`,
})
