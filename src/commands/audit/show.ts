import { z } from 'zod'
import { defineShow, section } from '../../cli/define/command.ts'

export const show = defineShow({
  name: 'show',
  description: 'Show one change: who made it, why, and each field before and after.',
  args: [{ name: 'id', description: 'the UUID of the row' }],
  input: z.object({ id: z.uuid() }),
  run: async (context, { id }) => {
    const { showAudit } = await import('../../domain/ops/index.ts')
    return await context.read((work) => showAudit(work, id))
  },
  fields: [
    { name: 'id', kind: 'code', value: (audit) => audit.id },
    { name: 'occurred_at', heading: 'at', kind: 'time', value: (audit) => audit.occurredAt },
    {
      name: 'actor',
      heading: 'who',
      value: (audit) => `${audit.actorKind} ${audit.actorName} (${audit.actorId})`,
    },
    { name: 'command', value: (audit) => audit.command },
    { name: 'subject', value: (audit) => `${audit.subjectKind} ${audit.subjectId}` },
    { name: 'reason', heading: 'why', value: (audit) => audit.reason },
    { name: 'request_id', heading: 'request', value: (audit) => audit.requestId },
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

/** Returns the fields whose values before and after the change differ. */
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
