import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { usageError } from '../../cli/errors/cli-error.ts'
import { formatIdr } from '../../domain/kernel/index.ts'

export const topUp = defineChange({
  name: 'top-up',
  description:
    "Book money that the company's bank sent to the deposit at the courier. Each bank reference is booked only once.",
  args: [{ name: 'amount', description: 'the amount in rupiah (1000000)' }],
  options: [
    { flags: '--reference <reference>', description: "the bank's reference of the transfer (needed)" },
    {
      flags: '--correct',
      description:
        'the transfer was booked with a wrong amount: book the right one, or 0 if it was never sent',
    },
  ],
  input: z.object({
    amount: z
      .string()
      .regex(/^(0|[1-9]\d{0,11})$/, 'it takes a whole number of rupiah, like 1000000')
      .transform(Number),
    reference: z.string().min(3).max(100),
    correct: z.boolean().default(false),
  }),
  examples: [
    'laku shipments top-up 1000000 --reference BCA-0912 --reason "deposit of December"',
    'laku shipments top-up 100000 --reference BCA-0912 --correct --reason "a zero too much"',
  ],
  needsReason: true,
  change: async (work, { amount: amountIdr, reference, correct }) => {
    if (amountIdr === 0 && !correct) throw usageError('the amount 0 is only for --correct')
    const { correctDeposit, topUpDeposit } = await import('../../domain/logistics/index.ts')
    if (correct) return { amountIdr, reference, wasIdr: await correctDeposit(work, { amountIdr, reference }) }
    return { amountIdr, reference, fresh: await topUpDeposit(work, { amountIdr, reference }) }
  },
  done: ({ fresh, wasIdr, amountIdr }) =>
    wasIdr !== undefined
      ? `The transfer was booked with ${formatIdr(wasIdr)}, and has ${formatIdr(amountIdr)} now.`
      : fresh
        ? `${formatIdr(amountIdr)} were added to the courier deposit.`
        : 'It was already booked, so nothing was booked now.',
})
