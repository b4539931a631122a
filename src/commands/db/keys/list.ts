import { z } from 'zod'
import { readEnvironment } from '../../../runtime/environment/read-environment.ts'
import { defineTask } from '../../define-command.ts'
import { renderTable } from '../../table.ts'

export const list = defineTask({
  name: 'list',
  description: 'The keys that belong to the database, by their names.',
  input: z.object({}),
  examples: ['laku db keys list'],
  run: async (context) => {
    const { pool, vault } = await context.laku()
    const known = await readEnvironment(pool)
    const used = { encryption: vault, seal: vault.seals }
    const keys = (known?.keys ?? []).map(({ purpose, id, admittedAt, retiredAt }) => ({
      purpose,
      id,
      state: retiredAt ? 'retired' : used[purpose].keyId === id ? 'writes' : 'reads',
      admittedAt,
      retiredAt,
    }))
    const { style, width } = context.output
    const columns = [
      { name: 'purpose', value: (row: (typeof keys)[number]) => row.purpose },
      { name: 'key', kind: 'code' as const, value: (row: (typeof keys)[number]) => row.id },
      { name: 'state', value: (row: (typeof keys)[number]) => row.state },
      {
        name: 'admitted_at',
        heading: 'admitted',
        kind: 'time' as const,
        value: (row: (typeof keys)[number]) => row.admittedAt,
      },
    ]
    return { json: { keys }, text: renderTable(columns, keys, { style, width }) }
  },
})
