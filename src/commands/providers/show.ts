import { z } from 'zod'
import { defineTask } from '../../cli/define/command.ts'
import { type Column, renderTable } from '../../cli/output/table.ts'
import type { Belief } from './beliefs.ts'

const columns: readonly Column<Belief>[] = [
  { name: 'about', value: (row) => row.about },
  { name: 'believed', value: (row) => row.believed },
  { name: 'because', value: (row) => row.because },
]

export const show = defineTask({
  name: 'show',
  description:
    'Show what laku assumes about the account at the payment provider, and whether that comes from the configuration or from docs/providers.md. laku providers check compares it with the provider. Needs no database.',
  input: z.object({}),
  examples: ['laku providers show', 'laku providers show --json'],
  run: async (context) => {
    const config = context.settings()
    const { beliefsOf } = await import('./beliefs.ts')
    const beliefs = beliefsOf(config.policy)
    const { style, width } = context.output
    return { json: { beliefs }, text: renderTable([...columns], beliefs, { style, width }) }
  },
})
