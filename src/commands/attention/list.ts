import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'

export const list = defineList({
  name: 'list',
  description: 'List what a person must look at, newest first, each with the command that fixes it.',
  options: [
    { flags: '--all', description: 'show resolved items too' },
    { flags: '--kind <kind>', description: 'only this kind, like job_failed' },
    { flags: '--subject <id>', description: 'only about the thing with this id' },
  ],
  input: z.object({
    all: z.boolean().optional(),
    kind: z.string().optional(),
    subject: z.string().optional(),
  }),
  examples: ['laku attention list', 'laku attention list --kind webhook_failed --json'],
  empty: 'Nothing needs attention. --all shows what was resolved.',
  run: async (context, { all, kind, subject }, page) => {
    const { listAttention } = await import('../../domain/ops/index.ts')
    return await context.read(({ tx, actor }) =>
      listAttention(tx, { all, kind, subjectId: subject, reader: actor, ...page }),
    )
  },
  columns: [
    { name: 'id', kind: 'code', value: (row) => row.id },
    { name: 'since', kind: 'time', value: (row) => row.since },
    { name: 'kind', value: (row) => row.kind },
    { name: 'message', value: (row) => row.message },
    { name: 'times', kind: 'number', value: (row) => row.times },
    { name: 'command', heading: 'fix it with', kind: 'code', value: (row) => row.command },
    { name: 'resolved_at', heading: 'resolved', kind: 'time', value: (row) => row.resolvedAt },
  ],
})
