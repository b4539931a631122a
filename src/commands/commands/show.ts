import { z } from 'zod'
import { defineShow } from '../../cli/define/command.ts'

export const runArgument = {
  name: 'run',
  description: 'the UUID of the command, from its output or from laku commands list',
}

export const show = defineShow({
  name: 'show',
  description: 'Show the result of a command.',
  args: [runArgument],
  input: z.object({ run: z.uuid('it takes the UUID of a command') }),
  run: async (context, { run }) => {
    const { showRun } = await import('../../domain/auth/command-runs/read-runs.ts')
    const { unitOfWork } = await context.laku()
    return await unitOfWork.read(await context.actor(), (work) => showRun(work.tx, work.actor, run))
  },
  fields: [
    { name: 'id', kind: 'code', value: (commandRun) => commandRun.id },
    { name: 'command', value: (commandRun) => commandRun.command },
    { name: 'status', kind: 'status', value: (commandRun) => commandRun.status },
    { name: 'exit_code', heading: 'exit code', kind: 'number', value: (commandRun) => commandRun.exitCode },
    { name: 'staff', heading: 'by', value: (commandRun) => commandRun.staff },
    { name: 'key', heading: 'idempotency key', value: (commandRun) => commandRun.key },
    { name: 'attempt', kind: 'number', value: (commandRun) => commandRun.attempt },
    { name: 'started_at', kind: 'time', value: (commandRun) => commandRun.startedAt },
    { name: 'ended_at', kind: 'time', value: (commandRun) => commandRun.endedAt },
  ],
})
