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
    'What laku believes of the account at the payment provider, and why: by the configuration, or by the facts of docs/providers.md. laku providers check holds it against the provider. Needs no database.',
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
