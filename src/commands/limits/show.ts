import { z } from 'zod'
import { defineTask } from '../../cli/define/command.ts'
import { formatTime } from '../../cli/output/format.ts'
import { type Column, tableOf } from '../../cli/output/table.ts'
import type { ShownLimit } from '../../domain/composition/show-limits.ts'

const budgets = ['given', 'settlement', 'withdrawal'] as const

const columns: readonly Column<ShownLimit>[] = [
  { name: 'budget', kind: 'code', value: (row) => row.budget },
  { name: 'side', value: (row) => row.side },
  { name: 'who', value: (row) => row.who },
  { name: 'day_idr', heading: 'in a day', kind: 'idr', value: (row) => row.dayIdr },
  { name: 'day_limit_idr', heading: 'of', kind: 'idr', value: (row) => row.dayLimitIdr },
  { name: 'week_idr', heading: 'in seven', kind: 'idr', value: (row) => row.weekIdr },
  { name: 'week_limit_idr', heading: 'of', kind: 'idr', value: (row) => row.weekLimitIdr },
  {
    name: 'window',
    heading: 'less left in',
    value: (row) => (row.window === 'day' ? 'a day' : 'seven days'),
  },
  { name: 'left_idr', heading: 'left', kind: 'idr', value: (row) => row.leftIdr },
]

export const show = defineTask({
  name: 'show',
  exits: [3],
  description:
    'Show how much of the limits for one person each member of staff used, and which receiver and which bank account got the money, in one day and in seven days.',
  options: [
    {
      flags: '--budget <budget>',
      description: 'only this limit: money given away, settlements, or withdrawals',
      choices: budgets,
    },
  ],
  reads: true,
  input: z.object({ budget: z.enum(budgets).optional() }),
  examples: ['laku limits show', 'laku limits show --budget given --json'],
  run: async (context, { budget }) => {
    const { showLimits } = await import('../../domain/composition/show-limits.ts')
    const shown = await context.read((work) => showLimits(work, { budget, limit: 200 }))
    const { limits, daySince, weekSince } = shown
    const since = `A day: decisions since ${formatTime(daySince)}. Seven days: since ${formatTime(weekSince)}.`
    const text =
      limits.length === 0
        ? 'Within seven days nobody made a decision that counts against a limit.'
        : [tableOf(columns, limits), since]
    return { json: shown, text }
  },
})
