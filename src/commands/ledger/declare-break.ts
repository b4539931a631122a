import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'

export const declareBreakVerb = defineChange({
  name: 'declare-break',
  description: 'After a restore: continue the chain of the ledger from its present state.',
  input: z.object({}),
  examples: ['laku ledger declare-break --reason "restored the backup of 06:00" --confirm break'],
  severe: async () => ({
    code: 'break',
    consequence: 'accepts the ledger as it is now; the break and your name stay in the chain forever',
  }),
  change: async (work) => {
    const { declareBreak } = await import('../../domain/ledger/index.ts')
    return await declareBreak(work)
  },
  done: ({ page, transactions }) =>
    `Page ${page} of the chain stands for the ${transactions} transactions of the ledger so far.`,
})
