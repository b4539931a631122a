import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'

export const list = defineList({
  name: 'list',
  description: 'List who changed what and why, newest first.',
  options: [
    { flags: '--subject <id>', description: 'only changes of the thing with this id' },
    { flags: '--actor <name>', description: 'only changes by this member of staff (name or id)' },
    {
      flags: '--command <command>',
      description: 'only changes by this command or domain, like stock.adjust or stock',
    },
    { flags: '--since <time>', description: 'only from this time on: ISO 8601, -2h, yesterday' },
    { flags: '--until <time>', description: 'only before this time' },
  ],
  input: z.object({
    subject: z.string().optional(),
    actor: z.string().optional(),
    command: z.string().optional(),
    since: z.string().optional(),
    until: z.string().optional(),
  }),
  examples: ['laku audit list --since yesterday', 'laku audit list --actor ana --command payment --json'],
  empty: 'No changes. Try a longer --since, or fewer filters.',
  run: async (context, { subject, actor, command, since, until }, page) => {
    const { listAudit } = await import('../../domain/ops/index.ts')
    const from = since === undefined ? undefined : await context.instant(since, '--since')
    const to = until === undefined ? undefined : await context.instant(until, '--until')
    return await context.read((work) =>
      listAudit(work, { subjectId: subject, actor, command, since: from, until: to, ...page }),
    )
  },
  columns: [
    { name: 'id', kind: 'code', value: (row) => row.id },
    { name: 'occurred_at', heading: 'at', kind: 'time', value: (row) => row.occurredAt },
    { name: 'actor_name', heading: 'who', value: (row) => row.actorName },
    { name: 'command', value: (row) => row.command },
    { name: 'subject', value: (row) => `${row.subjectKind} ${row.subjectId}` },
    { name: 'reason', heading: 'why', value: (row) => row.reason },
  ],
})
