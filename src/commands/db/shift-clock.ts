import { z } from 'zod'
import { usageError } from '../cli-error.ts'
import { defineTask } from '../define-command.ts'
import { refuseProduction } from '../sandbox.ts'
import { parseDurationS } from '../times.ts'

export const shiftClock = defineTask({
  name: 'shift-clock',
  description: 'Move the clock of every process on this database into the future. Development only.',
  args: [{ name: 'duration', description: 'how far: 90m, 2h30m, 7d' }],
  input: z.object({ duration: z.string() }),
  examples: ['laku db shift-clock 25h'],
  run: async (context, { duration }) => {
    refuseProduction(context.config(), 'shifting the clock')
    const seconds = parseDurationS(duration)
    if (seconds === undefined) throw usageError(`duration is "${duration}": it takes 90m, 2h30m or 7d`)
    const { pool } = await context.laku()
    const { SharedClock } = await import('../../runtime/clock.ts')
    const clock = await SharedClock.open(pool, 'development')
    try {
      await clock.shift(seconds)
      const now = clock.now()
      return {
        json: { shiftedS: seconds, now },
        text: `The clock moved ${duration}: it is ${now.toISOString()}.`,
      }
    } finally {
      clock.close()
    }
  },
})
