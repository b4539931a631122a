import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { usageError } from '../../cli/errors/cli-error.ts'
import { formatIdr } from '../../domain/kernel/index.ts'

export const claim = defineChange({
  name: 'claim',
  description: "End what a buyer owes who was paid twice, by us and by their card's issuer.",
  args: [{ name: 'payment', description: 'UUID or code' }],
  options: [
    { flags: '--collect', description: 'take it from the wallet, as far as it is there' },
    { flags: '--write-off', description: "give it up: it is the company's loss" },
  ],
  input: z.object({
    payment: z.string(),
    collect: z.boolean().default(false),
    writeOff: z.boolean().default(false),
  }),
  needsReason: true,
  examples: ['laku payments claim PAY-261123-7K3QX2ABCD --collect --reason "their wallet was filled"'],
  change: async (work, { payment, collect, writeOff }) => {
    if (collect === writeOff) throw usageError('say one of --collect and --write-off')
    const { settleClaim } = await import('../../domain/payment/index.ts')
    return await settleClaim(work, { payment, how: collect ? 'collected' : 'written_off' })
  },
  done: ({ payment, how, amountIdr, leftIdr }) =>
    `${formatIdr(amountIdr)} of ${payment} ${how === 'collected' ? 'collected' : 'written off'}; ${formatIdr(leftIdr)} is owed still.`,
})
