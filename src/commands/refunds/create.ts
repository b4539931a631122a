import { z } from 'zod'
import { defineChange } from '../define-command.ts'

const bearers = ['factory', 'company'] as const

export const create = defineChange({
  name: 'create',
  description: 'Refund a part or all of a payment. A large one waits for a second person.',
  args: [
    { name: 'payment', description: 'UUID or code' },
    { name: 'amount', description: 'rupiah' },
  ],
  options: [
    {
      flags: '--borne-by <who>',
      description: 'once the money was released: the factory its share (default), or the company all of it',
      choices: bearers,
    },
    { flags: '--key <key>', description: 'a word of your own: under it the refund is made once' },
  ],
  input: z.object({
    payment: z.string(),
    amount: z
      .string()
      .regex(/^[1-9]\d{0,11}$/, 'it takes a whole number of rupiah')
      .transform(Number),
    borneBy: z.enum(bearers).default('factory'),
    key: z.string().min(1).max(200).optional(),
  }),
  examples: ['laku refunds create PAY-261123-7K3QX2ABCD 25000 --reason "a stain on the collar"'],
  needsReason: true,
  change: async (work, { payment, amount, borneBy, key }, reason) => {
    const { createRefund } = await import('../../domain/payment/index.ts')
    return await createRefund(work, { payment, amountIdr: amount, note: reason, borneBy, key })
  },
  done: ({ code, status, destination }) =>
    status === 'requested'
      ? `${code} waits for another person: laku refunds approve ${code}`
      : `${code} is ${status}, to the ${destination}.`,
})
