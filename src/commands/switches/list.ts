import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { formatWaiting } from './waiting.ts'

export const list = defineList({
  name: 'list',
  description: 'List what staff can pause, what is paused, by whom and why, and what waits for it.',
  input: z.object({}),
  examples: ['laku switches list'],
  empty: 'No switches: run laku db migrate.',
  cursor: z.string(),
  run: async (context, _input, { limit, cursor }) => {
    const { pageOf } = await import('../../domain/kernel/index.ts')
    const { listSwitches } = await import('../../domain/ops/index.ts')
    const { waitingBehind } = await import('../../domain/composition/waiting.ts')
    return await context.read(async ({ tx }) => {
      const all = (await listSwitches(tx)).filter(({ name }) => cursor === undefined || name > cursor)
      const rows = []
      for (const otherSwitch of all)
        rows.push({ ...otherSwitch, waiting: await waitingBehind(tx, otherSwitch.name) })
      return pageOf(rows, limit, (row) => row.name)
    })
  },
  columns: [
    { name: 'name', heading: 'switch', kind: 'code', value: (row) => row.name },
    { name: 'status', kind: 'status', value: (row) => (row.paused ? 'paused' : 'active') },
    { name: 'waiting', value: (row) => formatWaiting(row.waiting) },
    { name: 'reason', value: (row) => row.reason },
    { name: 'changed_by', heading: 'by', value: (row) => row.changedBy },
    { name: 'changed_at', heading: 'since', kind: 'time', value: (row) => row.changedAt },
  ],
})
