import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { usageError } from '../../cli/errors/cli-error.ts'
import { formatIdr } from '../../domain/kernel/index.ts'

export const claim = defineChange({
  name: 'claim',
  description: 'Settle the debt of a buyer who got the money twice, from us and from the card issuer.',
  args: [{ name: 'payment', description: 'the UUID or code of the payment' }],
  options: [
    { flags: '--collect', description: 'take the money from the wallet, as far as it is there' },
    { flags: '--write-off', description: 'write the debt off as a loss of the company' },
  ],
  input: z.object({
    payment: z.string(),
    collect: z.boolean().default(false),
    writeOff: z.boolean().default(false),
  }),
  needsReason: true,
  examples: ['laku payments claim PAY-261123-7K3QX2ABCD --collect --reason "their wallet was filled"'],
  change: async (work, { payment, collect, writeOff }) => {
    if (collect === writeOff) throw usageError('give one of --collect and --write-off')
    const { closeClaim } = await import('../../domain/payment/index.ts')
    return await closeClaim(work, { payment, how: collect ? 'collected' : 'written_off' })
  },
  done: ({ payment, how, amountIdr, leftIdr }) =>
    `${formatIdr(amountIdr)} of ${payment} ${how === 'collected' ? 'collected' : 'written off'}; ${formatIdr(leftIdr)} is still owed.`,
})
