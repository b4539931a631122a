import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { formatIdr } from '../../domain/kernel/index.ts'

/**
 * The kinds of action that another person must allow in advance, because the action itself cannot wait for a
 * second approver.
 */
const kinds = [
  'return',
  'undeliverable',
  'order_failed',
  'write_off',
  'quarantine',
  'suspense_undone',
  'settlement',
  'withdrawal_returned',
  'settlement_returned',
  'chargeback_moved',
  'bank_file',
] as const

export const allow = defineChange({
  name: 'allow',
  secondPerson: true,
  description:
    'Allow another person to do one thing that is above their limit, once and within a day. You cannot allow it to yourself.',
  args: [
    { name: 'kind', description: `the kind of act: ${kinds.join(', ')}` },
    { name: 'subject', description: 'the UUID that the refusal shows' },
    { name: 'amount', description: 'the highest amount in rupiah (2500000)' },
  ],
  input: z.object({
    kind: z.enum(kinds),
    subject: z.uuid(),
    amount: z
      .string()
      .regex(/^[1-9]\d{0,14}$/, 'it takes a whole number of rupiah, like 2500000')
      .transform(Number),
  }),
  examples: [
    'laku limits allow return 01990000-0000-7000-8000-000000000001 6015900 --reason "seen the goods"',
  ],
  needsReason: true,
  change: async (work, { kind, subject, amount: amountIdr }, reason) => {
    const { allowOverLimit } = await import('../../domain/ops/limits.ts')
    return await allowOverLimit(work, { kind, subjectId: subject, amountIdr, reason })
  },
  done: ({ kind, amountIdr }) =>
    `One ${kind} of up to ${formatIdr(amountIdr)} may be done within a day, by another person.`,
})
