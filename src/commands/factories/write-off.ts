import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { formatIdr } from '../../domain/kernel/index.ts'

export const writeOff = defineChange({
  name: 'write-off',
  description:
    'Write off what a suspended factory owes. The loss is booked, and later settlements do not subtract it.',
  args: [
    { name: 'factory', description: 'the UUID of the factory' },
    {
      name: 'amount',
      description: 'the amount in rupiah (250000); everything that it owes if you give none',
      optional: true,
    },
  ],
  input: z.object({
    factory: z.uuid(),
    amount: z
      .string()
      .regex(/^[1-9]\d{0,14}$/, 'it takes a whole number of rupiah, like 250000')
      .transform(Number)
      .optional(),
  }),
  examples: [
    'laku factories write-off 01990000-0000-7000-8000-000000000001 --reason "insolvent, file 12/2026" --confirm 01990000-0000-7000-8000-000000000001',
  ],
  severe: async (_context, { factory, amount }) => ({
    code: factory,
    consequence: `books ${amount === undefined ? 'the whole debt' : formatIdr(amount)} of the factory as a loss of the company`,
  }),
  change: async (work, { factory: factoryId, amount: amountIdr }, reason) => {
    const { writeOffDebt } = await import('../../domain/settlement/index.ts')
    return await writeOffDebt(work, { factoryId, amountIdr, reason })
  },
  done: ({ writtenOffIdr, balanceIdr }) =>
    `${formatIdr(writtenOffIdr)} are written off${balanceIdr < 0 ? `; it still owes ${formatIdr(-balanceIdr)}` : ''}.`,
})
