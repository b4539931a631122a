import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { formatIdr } from '../../domain/kernel/index.ts'
import { sessionArgument, sessionInput, sessionNamed } from './session.ts'

export const leave = defineChange({
  name: 'leave',
  description: 'Leave a forming session for a buyer who asked for it. The paid money goes back.',
  args: [sessionArgument],
  options: [{ flags: '--user <user>', description: 'the UUID or phone number of the buyer' }],
  input: z.object({ ...sessionInput, user: z.string('name the buyer') }),
  examples: ['laku sessions leave GBS-261123-7K3QX2 --user +628120000001 --reason "asked on the phone"'],
  needsReason: true,
  change: async (work, { session, user }) => {
    const { leaveSession } = await import('../../domain/group-buying/index.ts')
    const { requireUser } = await import('../../domain/user/index.ts')
    const { id: userId } = await requireUser(work.tx, user)
    return await leaveSession(work, { sessionId: (await sessionNamed(work.tx, session)).id, userId })
  },
  done: ({ participation, refundIdr }) =>
    `The place with ${participation.units} units is given up; ${formatIdr(refundIdr)} goes back.`,
})
