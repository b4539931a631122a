import { z } from 'zod'
import { defineChange } from '../define-command.ts'
import { codeOfSession, sessionArgument, sessionInput, sessionNamed } from '../sessions/session.ts'

export const releaseEscrow = defineChange({
  name: 'release-escrow',
  description:
    'Release the escrow of a session whose stock is there, with the orders that are missing; again it releases nothing.',
  args: [sessionArgument],
  input: z.object(sessionInput),
  severe: async (context, { session }) => ({
    code: await codeOfSession(context, session),
    consequence:
      'makes the orders of the session and pays its escrow out to the factory, to commission and to wallets',
  }),
  change: async (work, { session }) => {
    const { releaseEscrowOf } = await import('../../domain/group-buying/index.ts')
    return await releaseEscrowOf(work, { sessionId: (await sessionNamed(work.tx, session)).id })
  },
  done: ({ count, amountIdr }) => `Released ${amountIdr} rupiah of ${count} participants.`,
})
