import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'

export const expire = defineChange({
  name: 'expire',
  description: 'Expire a pending payment now. Its place or its stock is free again.',
  args: [{ name: 'payment', description: 'the UUID or code of the payment' }],
  input: z.object({ payment: z.string() }),
  examples: ['laku payments expire PAY-261123-7K3QX2ABCD --reason "the buyer called"'],
  needsReason: true,
  change: async (work, input) => {
    const { endPayment } = await import('../../domain/payment/index.ts')
    return await endPayment(work, input)
  },
  done: ({ code, asking }) =>
    asking ? `${code} ends as soon as the provider has closed its invoice.` : `${code} is expired.`,
})
