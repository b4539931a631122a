import { z } from 'zod'
import { defineShow, section } from '../../cli/define/command.ts'
import type { Column } from '../../cli/output/table.ts'

const named: readonly Column<{ id: string; name: string }>[] = [
  { name: 'id', kind: 'code', value: (row) => row.id },
  { name: 'name', value: (row) => row.name },
]

export const show = defineShow({
  name: 'show',
  description: 'Show one office, its agents and its factories.',
  args: [{ name: 'office', description: 'the UUID of the office' }],
  input: z.object({ office: z.uuid() }),
  examples: ['laku offices show 01990000-0000-7000-8000-000000000001'],
  run: async (context, { office }) => {
    const { getOffice } = await import('../../domain/office/read-offices.ts')
    return await context.read((work) => getOffice(work, office))
  },
  fields: [
    { name: 'name', value: (office) => office.name },
    { name: 'id', kind: 'code', value: (office) => office.id },
    { name: 'status', kind: 'status', value: (office) => office.status },
    { name: 'phone', value: (office) => office.phone },
    {
      name: 'address',
      value: (office) => `${office.street}, ${office.city}, ${office.province} ${office.postalCode}`,
    },
  ],
  sections: ({ agents, factories }) => [
    section('Agents', named, agents),
    section('Factories', named, factories),
  ],
})
