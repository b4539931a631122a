import { z } from 'zod'
import { type Contexts, changeContexts, readContexts } from '../../cli/client/saved-contexts.ts'
import { defineTask } from '../../cli/define/command.ts'
import { usageError } from '../../cli/errors/cli-error.ts'
import { type Column, tableOf } from '../../cli/output/table.ts'

interface Row {
  name: string
  server: string
  staff: string | null
  chosen: boolean
}

const rowsOf = ({ current, contexts }: Contexts): Row[] =>
  Object.entries(contexts).map(([name, { server, staff = null }]) => ({
    name,
    server,
    staff,
    chosen: name === current,
  }))

const columns: Column<Row>[] = [
  { name: 'name', kind: 'code', value: (row) => row.name },
  { name: 'server', kind: 'code', value: (row) => row.server },
  { name: 'staff', heading: 'as', value: (row) => row.staff },
  { name: 'chosen', value: (row) => row.chosen },
]

const list = defineTask({
  name: 'list',
  description: 'List the shops that you are logged in to, and show which one is chosen.',
  reads: true,
  input: z.object({}),
  run: async () => {
    const rows = rowsOf(readContexts(process.env))
    const text =
      rows.length === 0
        ? 'You are not logged in to any shop. Log in with laku login --server URL.'
        : [tableOf(columns, rows)]
    return { json: { data: rows, next_cursor: null }, text }
  },
})

const use = defineTask({
  name: 'use',
  description: 'Choose the shop on which commands work when no other shop is named.',
  args: [{ name: 'name', description: 'the name of the shop, from laku context list' }],
  input: z.object({ name: z.string() }),
  examples: ['laku context use ops'],
  run: async (_context, { name }) => {
    let server = ''
    changeContexts(process.env, (saved) => {
      const known = Object.hasOwn(saved.contexts, name) ? saved.contexts[name] : undefined
      if (!known) {
        const names = Object.keys(saved.contexts).join(', ') || 'none'
        throw usageError(`there is no context ${name} (known: ${names})`)
      }
      server = known.server
      return { ...saved, current: name }
    })
    return { json: { name, server }, text: `Commands now work on the shop ${name} (${server}).` }
  },
})

export const verbs = [list, use]
