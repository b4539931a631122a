import { z } from 'zod'
import { defineShow, section } from '../../cli/define/command.ts'

export const show = defineShow({
  name: 'show',
  description: 'One change: who made it, why, and each field before and after.',
  args: [{ name: 'id', description: 'UUID' }],
  input: z.object({ id: z.uuid() }),
  run: async (context, { id }) => {
    const { showAudit } = await import('../../domain/ops/index.ts')
    return await context.read((work) => showAudit(work, id))
  },
  fields: [
    { name: 'id', kind: 'code', value: (one) => one.id },
    { name: 'occurred_at', heading: 'at', kind: 'time', value: (one) => one.occurredAt },
    { name: 'actor', heading: 'who', value: (one) => `${one.actorKind} ${one.actorName} (${one.actorId})` },
    { name: 'command', value: (one) => one.command },
    { name: 'subject', value: (one) => `${one.subjectKind} ${one.subjectId}` },
    { name: 'reason', heading: 'why', value: (one) => one.reason },
    { name: 'request_id', heading: 'request', value: (one) => one.requestId },
  ],
  sections: ({ before, after }) => [
    section(
      'Changed',
      [
        { name: 'field', value: (row) => row.field },
        { name: 'before', value: (row) => row.before },
        { name: 'after', value: (row) => row.after },
      ],
      differences(before, after),
    ),
  ],
})

/** The fields that were given before or after, and differ. */
function differences(before: unknown, after: unknown): { field: string; before: string; after: string }[] {
  const was = fieldsOf(before)
  const is = fieldsOf(after)
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .map((field) => ({ field, before: textOf(was[field]), after: textOf(is[field]) }))
    .filter((row) => row.before !== row.after)
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  value !== null && typeof value === 'object' ? { ...value } : value === null ? {} : { value }
const textOf = (value: unknown) =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)
