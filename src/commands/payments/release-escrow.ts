import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { formatIdr } from '../../domain/kernel/index.ts'
import { sessionArgument, sessionInput, sessionNamed, stakeOf } from '../sessions/session.ts'

export const releaseEscrow = defineChange({
  name: 'release-escrow',
  description:
    'Release the escrow of a session whose stock is there, and make its missing orders. A second run releases nothing.',
  args: [sessionArgument],
  input: z.object(sessionInput),
  severe: async (context, { session }) => {
    const { code, stake } = await stakeOf(context, session)
    return {
      code,
      consequence: `makes the orders of the session and releases its escrow to the factory, the commission and the wallets: ${stake}`,
    }
  },
  change: async (work, { session }) => {
    const { releaseEscrowOf } = await import('../../domain/group-buying/index.ts')
    return await releaseEscrowOf(work, { sessionId: (await sessionNamed(work.tx, session)).id })
  },
  done: ({ count, amountIdr }) => `Released ${formatIdr(amountIdr)} of ${count} participants.`,
})
