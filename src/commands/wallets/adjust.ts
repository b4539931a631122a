import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { formatIdr } from '../../domain/kernel/index.ts'
import { userArgument, userIdOf, userInput } from './user.ts'

const kinds = ['goodwill', 'correction'] as const

export const adjust = defineChange({
  name: 'adjust',
  description: 'Add money to a wallet or take money from it. A large amount waits for a second person.',
  args: [userArgument, { name: 'change', description: 'the rupiah to add (50000) or to take out (-50000)' }],
  options: [
    {
      flags: '--kind <kind>',
      description: 'goodwill, which can only add money (default), or a correction',
      choices: kinds,
    },
  ],
  input: z.object({
    ...userInput,
    change: z
      .string()
      .regex(/^[+-]?[1-9]\d{0,11}$/, 'it takes a whole number of rupiah, like 50000 or -3000')
      .transform(Number),
    kind: z.enum(kinds).default('goodwill'),
  }),
  examples: [
    'laku wallets adjust 0812-3456-7890 25000 --reason "late parcel" --confirm 25000',
    'laku wallets adjust 0812-3456-7890 -3000 --kind correction --reason "booked twice" --confirm -3000',
  ],
  severe: async (_context, { user, change }) => ({
    code: String(change),
    consequence: `${change > 0 ? 'puts' : 'takes'} ${formatIdr(Math.abs(change))} ${change > 0 ? 'into' : 'out of'} the wallet of ${user}`,
  }),
  change: async (work, { user, change, kind }, reason) => {
    const { adjustWallet } = await import('../../domain/wallet/index.ts')
    return await adjustWallet(work, {
      userId: await userIdOf(work.tx, user),
      changeIdr: change,
      kind,
      reason,
    })
  },
  done: ({ id, status }) =>
    status === 'posted'
      ? 'It is posted in the ledger.'
      : `It waits for another person: laku wallets adjustments approve ${id}`,
})
