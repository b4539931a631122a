import { z } from 'zod'
import { defineChange } from '../../../cli/define/command.ts'
import { formatIdr } from '../../../domain/kernel/index.ts'

const args = [{ name: 'money', description: 'the UUID of the money, from laku payments quarantine list' }]
const money = z.uuid()

export const apply = defineChange({
  name: 'apply',
  description: 'Use quarantined money for a payment, which is then paid, or put it into a wallet.',
  args,
  options: [
    {
      flags: '--payment <payment>',
      description: 'the payment that it is for (UUID or code); if not given, the payment of its invoice',
    },
    { flags: '--wallet', description: 'put it into the wallet of the buyer whose payment it came for' },
    { flags: '--user <user>', description: 'put it into the wallet of this user (UUID or phone number)' },
  ],
  input: z
    .object({
      money,
      payment: z.string().optional(),
      wallet: z.boolean().optional(),
      user: z.string().optional(),
    })
    .refine(
      ({ payment, wallet, user }) =>
        [payment, wallet || undefined, user].filter((value) => value !== undefined).length <= 1,
      'give one of --payment, --wallet and --user',
    ),
  examples: ['laku payments quarantine apply 0192… --reason "the buyer paid Rp 1,000 less"'],
  needsReason: true,
  change: async (work, { money: id, payment, wallet, user }) => {
    const { applyQuarantined, showPayment } = await import('../../../domain/payment/index.ts')
    const { userIdOf } = await import('../../wallets/user.ts')
    const paymentId = payment && (await showPayment(work.tx, payment)).id
    const into = user ? { userId: await userIdOf(work.tx, user) } : wallet ? 'buyer' : undefined
    return await applyQuarantined(work, { id, paymentId, wallet: into })
  },
  done: ({ amountIdr, to }) => `${formatIdr(amountIdr)} went to the ${to}.`,
})

export const refund = defineChange({
  name: 'refund',
  description: 'Send quarantined money back to its payer.',
  args,
  input: z.object({ money }),
  needsReason: true,
  change: async (work, { money: id }) => {
    const { refundQuarantined } = await import('../../../domain/payment/index.ts')
    return await refundQuarantined(work, { id })
  },
  done: ({ amountIdr, to }) => `${formatIdr(amountIdr)} go back to the ${to}.`,
})
