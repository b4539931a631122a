import { z } from 'zod'
import { defineShow } from '../../cli/define/command.ts'

export const show = defineShow({
  name: 'show',
  description: 'One thing that needs, or needed, a person.',
  args: [{ name: 'id', description: 'UUID' }],
  input: z.object({ id: z.uuid() }),
  run: async (context, { id }) => {
    const { showAttention } = await import('../../domain/ops/index.ts')
    return await context.read(({ tx }) => showAttention(tx, id))
  },
  fields: [
    { name: 'id', kind: 'code', value: (one) => one.id },
    { name: 'kind', value: (one) => one.kind },
    { name: 'about', value: (one) => `${one.subjectKind} ${one.subjectId}` },
    { name: 'message', value: (one) => one.message },
    { name: 'command', heading: 'mend it with', value: (one) => one.command },
    { name: 'details', value: (one) => JSON.stringify(one.details) },
    { name: 'times', kind: 'number', value: (one) => one.times },
    { name: 'since', kind: 'time', value: (one) => one.since },
    { name: 'resolved_at', heading: 'resolved', kind: 'time', value: (one) => one.resolvedAt },
    { name: 'resolved_by', value: (one) => one.resolvedBy },
    { name: 'resolution', value: (one) => one.resolution },
  ],
})
