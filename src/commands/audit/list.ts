import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'

export const list = defineList({
  name: 'list',
  description: 'Who changed what, and why, newest first.',
  options: [
    { flags: '--subject <id>', description: 'changes of one thing (its id)' },
    { flags: '--actor <name>', description: 'changes by one member of staff (name or id)' },
    { flags: '--command <command>', description: 'of one use case, or of a domain: stock.adjust, stock' },
    { flags: '--since <time>', description: 'from then on: ISO 8601, -2h, yesterday' },
    { flags: '--until <time>', description: 'before then' },
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
