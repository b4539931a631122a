import { z } from 'zod'
import { defineBatch } from '../../cli/define/batch.ts'
import { isBlank } from '../../domain/kernel/index.ts'

/**
 * The status to which each decision leads. If a row's settlement already has that status, the row was carried
 * out before.
 */
const leadsTo = { approve: 'approved', hold: 'on_hold', void: 'void' } as const

const row = z
  .object({
    code: z.string(),
    decision: z.enum(['approve', 'hold', 'void']),
    reason: z.string().default(''),
  })
  .refine((fields) => fields.decision === 'approve' || !isBlank(fields.reason), {
    path: ['reason'],
    message: 'is needed to hold or void',
  })

export const importVerb = defineBatch({
  name: 'import',
  isLong: true,
  secondPerson: true,
  description: 'Apply decisions on settlements from a file: approve, hold or void.',
  row,
  input: z.object({}),
  examples: ['laku settle import decisions.csv --yes', 'laku settle import - --ndjson < decisions.csv'],
  keyOf: ({ code }) => code,
  reasonOf: ({ reason }) => reason || undefined,
  idOf: async ({ tx }, { code }) => {
    const { getSettlement } = await import('../../domain/settlement/index.ts')
    return (await getSettlement(tx, code)).id
  },
  check: async (work, { code, decision }) => {
    const { requireTransition } = await import('../../domain/kernel/index.ts')
    const { getSettlement, settlementTransitions } = await import('../../domain/settlement/index.ts')
    const { status } = await getSettlement(work.tx, code)
    if (status === leadsTo[decision]) return 'done'
    requireTransition(settlementTransitions, status, leadsTo[decision], 'settlement')
    return 'open'
  },
  change: async (work, { code: settlement, decision, reason }) => {
    const { approveSettlement, holdSettlement, voidSettlement } = await import(
      '../../domain/settlement/index.ts'
    )
    if (decision === 'approve') return await approveSettlement(work, { settlement })
    if (decision === 'hold') return await holdSettlement(work, { settlement, reason })
    return await voidSettlement(work, { settlement, reason })
  },
})
