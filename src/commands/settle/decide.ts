import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { exitCodes } from '../../cli/errors/cli-error.ts'
import { paymentOf, settlementArgument, settlementInput } from './settlement.ts'

const shape = { args: [settlementArgument], input: settlementInput }

export const approve = defineChange({
  name: 'approve',
  secondPerson: true,
  description: 'Approve a calculated settlement; a large one takes another person than who calculated it.',
  args: [settlementArgument],
  options: [
    { flags: '--plan <hash>', description: 'the plan_hash that you looked at: another plan is not approved' },
  ],
  input: settlementInput.extend({ plan: z.string().optional() }),
  examples: ['laku settle approve STL-261123-7K3QX2'],
  change: async (work, { settlement, plan }) => {
    const { approveSettlement } = await import('../../domain/settlement/index.ts')
    return await approveSettlement(work, { settlement, planHash: plan })
  },
  done: ({ code, status }) => `${code} is ${status}: laku settle pay ${code}`,
})

export const hold = defineChange({
  ...shape,
  name: 'hold',
  description: 'Keep a settlement from being paid until it is released; its approval is gone.',
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
  description: 'Let a held settlement go on: calculated, to be approved anew.',
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
  description: 'Give a calculated settlement up: its lines are open for the next run.',
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
  // The exit code is a conflict for a settlement that is on hold: it was not paid as requested, although the
  // decision is saved.
  exitCode: ({ status }) => (status === 'on_hold' ? exitCodes.conflict : exitCodes.done),
  done: ({ code, status }) => {
    if (status !== 'on_hold') return `${code} is on its way: laku settle show ${code}`
    return `${code} was not paid: its plan has changed since the approval, and it is on hold.`
  },
})

export const retry = defineChange({
  ...shape,
  name: 'retry',
  secondPerson: true,
  description: 'Pay a settlement again whose payout failed or came back, by a new payout.',
  severe: (context, { settlement }) => paymentOf(context, settlement),
  change: async (work, input) => {
    const { retrySettlement } = await import('../../domain/settlement/index.ts')
    return await retrySettlement(work, input)
  },
  done: ({ code }) => `${code} is on its way again: laku settle show ${code}`,
})
