import { z } from 'zod'
import { defineShow } from '../../cli/define/command.ts'

export const show = defineShow({
  name: 'show',
  description: 'Show one attention item.',
  args: [{ name: 'id', description: 'the UUID of the item' }],
  input: z.object({ id: z.uuid() }),
  run: async (context, { id }) => {
    const { showAttention } = await import('../../domain/ops/index.ts')
    return await context.read(({ tx, actor }) => showAttention(tx, id, actor))
  },
  fields: [
    { name: 'id', kind: 'code', value: (request) => request.id },
    { name: 'kind', value: (request) => request.kind },
    { name: 'about', value: (request) => `${request.subjectKind} ${request.subjectId}` },
    { name: 'message', value: (request) => request.message },
    { name: 'command', heading: 'fix it with', value: (request) => request.command },
    { name: 'details', value: (request) => JSON.stringify(request.details) },
    { name: 'times', kind: 'number', value: (request) => request.times },
    { name: 'since', kind: 'time', value: (request) => request.since },
    { name: 'resolved_at', heading: 'resolved', kind: 'time', value: (request) => request.resolvedAt },
    { name: 'resolved_by', value: (request) => request.resolvedBy },
    { name: 'resolution', value: (request) => request.resolution },
  ],
})
