import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { formatTime } from '../../cli/output/format.ts'
import { requireInstant } from '../../cli/output/times.ts'
import { sessionArgument, sessionInput, sessionNamed } from './session.ts'

export const extend = defineChange({
  name: 'extend',
  description: 'Extend a session that is still forming.',
  args: [sessionArgument],
  options: [{ flags: '--until <time>', description: 'the new end: ISO 8601, a date, or +3d from now' }],
  input: z.object({ ...sessionInput, until: z.string('give the new end') }),
  examples: ['laku sessions extend GBS-261123-7K3QX2 --until +2d --reason "two units short"'],
  needsReason: true,
  change: async (work, { session, until }) => {
    const { extendSession } = await import('../../domain/group-buying/index.ts')
    const endsAt = requireInstant(until, '--until', work.now)
    return await extendSession(work, { sessionId: (await sessionNamed(work.tx, session)).id, endsAt })
  },
  done: ({ code, endsAt }) => `Buyers can join ${code} until ${formatTime(endsAt)}.`,
})
