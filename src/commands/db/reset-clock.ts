import { z } from 'zod'
import { defineTask } from '../../cli/define/command.ts'
import { requireReason } from '../../cli/prompts/confirm.ts'
import { databaseUrlsOfOwner } from '../../runtime/connect.ts'

export const resetClock = defineTask({
  name: 'reset-clock',
  description:
    "Set a shifted clock back to the database's own time, as the database's owner. Rows that were written meanwhile keep their dates.",
  options: [{ flags: '--reason <text>', description: 'the reason; it is kept in the audit log (needed)' }],
  input: z.object({ reason: z.string().optional() }),
  examples: ['laku db reset-clock --reason "the rehearsal is over"'],
  run: async (context, { reason: given }) => {
    const reason = await requireReason(context, given)
    const { putClockBack } = await import('../../runtime/environment/put-clock-back.ts')
    const shiftedS = await putClockBack(await databaseUrlsOfOwner(context.ownerConfig()), reason)
    return {
      json: { shiftedS },
      text:
        shiftedS === 0
          ? 'The clock was not shifted.'
          : `The clock is back: it was ${shiftedS} seconds ahead. Restart servers and workers.`,
    }
  },
})
