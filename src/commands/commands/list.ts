import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'

export const list = defineList({
  name: 'list',
  description:
    'List your commands that changed something or took long, newest first. An administrator sees the commands of all.',
  input: z.object({}),
  empty:
    'No commands of yours changed something or took long. laku audit list shows the changes of all staff.',
  run: async (context, _input, page) => {
    const { listRuns } = await import('../../domain/auth/command-runs/read-runs.ts')
    const { unitOfWork } = await context.laku()
    return await unitOfWork.read(await context.actor(), (work) => listRuns(work, page))
  },
  columns: [
    { name: 'id', kind: 'code', value: (row) => row.id },
    { name: 'command', value: (row) => row.command },
    { name: 'status', kind: 'status', value: (row) => row.status },
    { name: 'exit_code', heading: 'exit code', kind: 'number', value: (row) => row.exitCode },
    { name: 'staff', heading: 'by', value: (row) => row.staff },
    { name: 'started_at', kind: 'time', value: (row) => row.startedAt },
    { name: 'ended_at', kind: 'time', spare: true, value: (row) => row.endedAt },
    { name: 'attempt', kind: 'number', spare: true, value: (row) => row.attempt },
  ],
})
