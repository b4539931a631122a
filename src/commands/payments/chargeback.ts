import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { formatIdr, isBlank } from '../../domain/kernel/index.ts'

export const chargeback = defineChange({
  name: 'chargeback',
  description: "Book a chargeback by a card issuer that the provider's list does not show.",
  args: [{ name: 'payment', description: 'the UUID or code of the payment' }],
  options: [
    {
      flags: '--transaction <id>',
      description: "the provider's id of the chargeback; one id is booked only once",
    },
    { flags: '--amount <rupiah>', description: 'the amount that was taken back, in rupiah' },
    {
      flags: '--another',
      description: 'it is a different chargeback than the booked one of the same amount',
    },
    {
      flags: '--same-as <id>',
      description: 'it is the same chargeback that staff booked under this id',
    },
    {
      flags: '--move',
      description: 'it is booked on the wrong payment: move it to this one',
    },
  ],
  input: z
    .object({
      payment: z.string(),
      transaction: z
        .string()
        .max(200)
        .refine((id) => !isBlank(id), 'is the provider’s id of the chargeback'),
      amount: z
        .string()
        .regex(/^[1-9]\d{0,11}$/, 'it takes a whole number of rupiah')
        .transform(Number),
      another: z.boolean().optional(),
      sameAs: z.string().min(1).max(200).optional(),
      move: z.boolean().optional(),
    })
    .refine(
      ({ another, sameAs, move }) =>
        [another || undefined, sameAs, move || undefined].filter((value) => value !== undefined).length <= 1,
      'give one of --another, --same-as and --move',
    ),
  severe: async (context, { payment, amount }) => {
    const { showPayment } = await import('../../domain/payment/index.ts')
    const { code } = await context.read(({ tx }) => showPayment(tx, payment))
    return { code, consequence: `books a loss of ${formatIdr(amount)} on ${code}` }
  },
  change: async (work, { payment, transaction, amount, another, sameAs, move }) => {
    const { recordChargeback, showPayment } = await import('../../domain/payment/index.ts')
    const { id } = await showPayment(work.tx, payment)
    const told = { paymentId: id, transactionId: transaction, amountIdr: amount }
    return await recordChargeback(work, { ...told, isAnother: another, sameAs, isMoved: move })
  },
  done: ({ fresh, amountIdr }) =>
    fresh ? `Booked a loss of ${formatIdr(amountIdr)}.` : 'It was already booked, so nothing was booked now.',
})
