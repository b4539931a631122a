import { z } from 'zod'
import { defineChange } from '../define-command.ts'

export const chargeback = defineChange({
  name: 'chargeback',
  description: "Book what a card issuer took back, where the provider's book does not have it by itself.",
  args: [{ name: 'payment', description: 'UUID or code' }],
  options: [
    {
      flags: '--transaction <id>',
      description: "the provider's id of the chargeback: it is booked once under it",
    },
    { flags: '--amount <rupiah>', description: 'what was taken back' },
  ],
  input: z.object({
    payment: z.string(),
    transaction: z.string().min(1).max(200),
    amount: z
      .string()
      .regex(/^[1-9]\d{0,11}$/, 'it takes a whole number of rupiah')
      .transform(Number),
  }),
  severe: async (context, { payment, amount }) => {
    const { showPayment } = await import('../../domain/payment/index.ts')
    const { code } = await context.read(({ tx }) => showPayment(tx, payment))
    return { code, consequence: `books a loss of ${amount} rupiah` }
  },
  change: async (work, { payment, transaction, amount }) => {
    const { recordChargeback, showPayment } = await import('../../domain/payment/index.ts')
    const { id } = await showPayment(work.tx, payment)
    return await recordChargeback(work, { paymentId: id, transactionId: transaction, amountIdr: amount })
  },
  done: ({ fresh, amountIdr }) => (fresh ? `Booked a loss of ${amountIdr} rupiah.` : 'It was booked before.'),
})
