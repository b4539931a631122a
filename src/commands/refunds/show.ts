import { z } from 'zod'
import { defineShow, section } from '../define-command.ts'

export const show = defineShow({
  name: 'show',
  description: 'One refund, where it stands, and what it did in the book.',
  args: [{ name: 'refund', description: 'UUID or code' }],
  input: z.object({ refund: z.string() }),
  run: async (context, { refund }) => {
    const { getRefund } = await import('../../domain/payment/list-refunds.ts')
    const { listEntries } = await import('../../domain/ledger/list-entries.ts')
    return await context.read(async ({ tx }) => {
      const found = await getRefund(tx, refund)
      // Each attempt posts two entries when it is sent and two when it fails.
      return { ...found, entries: await listEntries(tx, { subjectId: found.id, limit: 100 }) }
    })
  },
  fields: [
    { name: 'code', kind: 'code', value: (one) => one.code },
    { name: 'id', kind: 'code', value: (one) => one.id },
    { name: 'status', kind: 'status', value: (one) => one.status },
    { name: 'amount_idr', kind: 'idr', value: (one) => one.amountIdr },
    { name: 'payment', kind: 'code', value: (one) => one.payment },
    { name: 'destination', heading: 'to', value: (one) => one.destination },
    { name: 'borne_by', heading: 'borne by', value: (one) => one.borneBy },
    { name: 'reason', value: (one) => one.reason },
    { name: 'note', value: (one) => one.note },
    { name: 'attempt', kind: 'number', value: (one) => one.attempt },
    { name: 'failure_code', heading: 'failure', value: (one) => one.failureCode },
    {
      name: 'provider_refund_id',
      heading: "provider's id",
      kind: 'code',
      value: (one) => one.providerRefundId,
    },
    { name: 'requested_by', heading: 'asked by', value: (one) => one.requestedBy },
    { name: 'decided_by', heading: 'decided by', value: (one) => one.decidedBy },
    { name: 'created_at', kind: 'time', value: (one) => one.createdAt },
    { name: 'next_check_at', heading: 'next try', kind: 'time', value: (one) => one.nextCheckAt },
    { name: 'finished_at', heading: 'finished', kind: 'time', value: (one) => one.finishedAt },
  ],
  sections: ({ entries }) => [
    section(
      'Ledger',
      [
        { name: 'key', heading: 'transaction', kind: 'code', spare: true, value: (row) => row.key },
        { name: 'account', kind: 'code', value: (row) => row.account },
        { name: 'amount_idr', kind: 'idr', value: (row) => row.amountIdr },
      ],
      entries,
    ),
  ],
})
