import { z } from 'zod'
import { defineTask } from '../../cli/define/command.ts'
import { dateOf, periodInput, periodOptions, reportOfAll } from './settlement.ts'

export const preview = defineTask({
  name: 'preview',
  exits: [3],
  description: 'Show for each factory what laku settle run would settle. Nothing is changed.',
  options: periodOptions,
  reads: true,
  input: z.object(periodInput),
  examples: ['laku settle preview --through 2026-11-20'],
  run: async (context, { through, factory }) => {
    const { formatIdr } = await import('../../domain/kernel/index.ts')
    const { previewSettlements } = await import('../../domain/settlement/index.ts')
    const query = { through: await dateOf(context, through), factoryId: factory }
    const report = await context.read((work) => previewSettlements(work, query))
    return { json: report, text: reportOfAll(report.settlements, formatIdr(report.totalIdr)) }
  },
})
