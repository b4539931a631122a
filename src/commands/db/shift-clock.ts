import { z } from 'zod'
import { defineTask } from '../../cli/define/command.ts'
import { usageError } from '../../cli/errors/cli-error.ts'
import { parseDurationS } from '../../cli/output/times.ts'
import { refuseProduction } from '../sandbox.ts'

export const shiftClock = defineTask({
  name: 'shift-clock',
  description:
    'Move the clock of all processes on this database into the future, as an administrator. Development only; laku db reset-clock sets it back.',
  args: [{ name: 'duration', description: 'how far to move it: 90m, 2h30m, 7d' }],
  input: z.object({ duration: z.string() }),
  examples: ['laku db shift-clock 25h'],
  run: async (context, { duration }) => {
    refuseProduction(context.config(), 'shifting the clock')
    const seconds = parseDurationS(duration)
    if (seconds === undefined) throw usageError(`duration is "${duration}": it takes 90m, 2h30m or 7d`)
    const { unitOfWork } = await context.laku()
    const { shiftClock: shift } = await import('../../domain/kernel/database/shift-clock.ts')
    const now = await unitOfWork.run(await context.actor(), (work) => shift(work, seconds))
    return {
      json: { shiftedS: seconds, now },
      text: `The clock moved ${duration}: it is ${now.toISOString()}.`,
    }
  },
})
