import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { formatIdr } from '../../domain/kernel/index.ts'

export const topUp = defineChange({
  name: 'top-up',
  description:
    "Book money that the company's bank sent to the deposit at the courier. Each bank reference is booked only once.",
  args: [{ name: 'amount', description: 'the amount in rupiah (1000000)' }],
  options: [
    { flags: '--reference <reference>', description: "the bank's reference of the transfer (needed)" },
  ],
  input: z.object({
    amount: z
      .string()
      .regex(/^[1-9]\d{0,11}$/, 'it takes a whole number of rupiah, like 1000000')
      .transform(Number),
    reference: z.string().min(3).max(100),
  }),
  examples: ['laku shipments top-up 1000000 --reference BCA-0912 --reason "deposit of December"'],
  needsReason: true,
  change: async (work, { amount: amountIdr, reference }) => {
    const { topUpDeposit } = await import('../../domain/logistics/index.ts')
    return { amountIdr, reference, fresh: await topUpDeposit(work, { amountIdr, reference }) }
  },
  done: ({ fresh, amountIdr }) =>
    fresh
      ? `${formatIdr(amountIdr)} were added to the courier deposit.`
      : 'It was already booked, so nothing was booked now.',
})
