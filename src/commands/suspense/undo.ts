import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { formatIdr } from '../../domain/kernel/index.ts'
import { severe, suspenseArgs } from './severe.ts'

export const undo = defineChange({
  name: 'undo',
  description:
    'Take back where unassigned money was assigned. An opposite posting moves the money back, and it waits for another decision.',
  args: suspenseArgs,
  input: z.object({ item: z.string() }),
  examples: [
    'laku suspense undo STL-261123-7K3QX2-1 --reason "it was the other factory" --confirm STL-261123-7K3QX2-1',
  ],
  needsReason: true,
  severe: severe((amount, code) => `takes back where ${amount} of ${code} was assigned`),
  change: async (work, { item }) => {
    const { undoSuspense } = await import('../../domain/payment/index.ts')
    return await undoSuspense(work, item)
  },
  done: ({ code, amountIdr }) =>
    `${formatIdr(Math.abs(amountIdr))} of ${code} wait for another decision: laku suspense show ${code}`,
})

export const split = defineChange({
  name: 'split',
  description:
    'Split unassigned money into two amounts, because its parts belong to different places. Each is assigned by itself.',
  args: [...suspenseArgs, { name: 'amount', description: 'the amount of one part in rupiah (60000)' }],
  input: z.object({
    item: z.string(),
    amount: z
      .string()
      .regex(/^[1-9]\d{0,14}$/, 'it takes a whole number of rupiah, like 60000')
      .transform(Number),
  }),
  examples: ['laku suspense split txn_1 60000 --reason "it is of two payments"'],
  needsReason: true,
  change: async (work, { item, amount }) => {
    const { splitSuspense } = await import('../../domain/suspense/index.ts')
    const parts = await splitSuspense(work, item, amount)
    return { parts }
  },
  done: ({ parts }) =>
    parts.map(({ code, amountIdr }) => `${formatIdr(Math.abs(amountIdr))} are ${code}`).join(', '),
})
