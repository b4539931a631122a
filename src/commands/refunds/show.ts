import { z } from 'zod'
import { defineShow, section } from '../../cli/define/command.ts'
import { ledgerSection } from '../ledger/section.ts'

export const show = defineShow({
  name: 'show',
  description: 'Show one refund, its status and its ledger postings.',
  args: [{ name: 'refund', description: 'the UUID or code of the refund' }],
  input: z.object({ refund: z.string() }),
  run: async (context, { refund }) => {
    const { getRefund, listHeard } = await import('../../domain/payment/refunds/list.ts')
    const { listEntries } = await import('../../domain/ledger/list-entries.ts')
    return await context.read(async ({ tx }) => {
      const found = await getRefund(tx, refund)
      // A limit of 100 ledger entries is enough: each attempt at a refund posts two entries when it is sent,
      // and two more if it fails.
      const entries = await listEntries(tx, { subjectId: found.id, limit: 100 })
      return { ...found, heard: await listHeard(tx, found.id), entries }
    })
  },
  fields: [
    { name: 'code', kind: 'code', value: (refund) => refund.code },
    { name: 'id', kind: 'code', value: (refund) => refund.id },
    { name: 'status', kind: 'status', value: (refund) => refund.status },
    { name: 'amount_idr', kind: 'idr', value: (refund) => refund.amountIdr },
    { name: 'payment', kind: 'code', value: (refund) => refund.payment },
    {
      name: 'wallet_part_idr',
      heading: 'part for the wallet',
      kind: 'idr',
      value: (refund) => refund.walletPartIdr,
    },
    { name: 'part_of', heading: 'beside', kind: 'code', value: (refund) => refund.partOf },
    { name: 'destination', heading: 'to', value: (refund) => refund.destination },
    { name: 'borne_by', heading: 'borne by', value: (refund) => refund.borneBy },
    { name: 'reason', value: (refund) => refund.reason },
    { name: 'note', value: (refund) => refund.note },
    { name: 'attempt', kind: 'number', value: (refund) => refund.attempt },
    { name: 'failure_code', heading: 'failure', value: (refund) => refund.failureCode },
    {
      name: 'provider_refund_id',
      heading: "provider's id",
      kind: 'code',
      value: (refund) => refund.providerRefundId,
    },
    { name: 'calls', kind: 'number', value: (refund) => refund.calls },
    {
      name: 'first_called_at',
      heading: 'first called',
      kind: 'time',
      value: (refund) => refund.firstCalledAt,
    },
    { name: 'last_called_at', heading: 'last called', kind: 'time', value: (refund) => refund.lastCalledAt },
    { name: 'send_after', heading: 'not before', kind: 'time', value: (refund) => refund.sendAfter },
    {
      name: 'waits_since',
      heading: 'waits for balance since',
      kind: 'time',
      value: (refund) => refund.waitsSince,
    },
    { name: 'dead_declared_by', heading: 'declared dead by', value: (refund) => refund.deadDeclaredName },
    { name: 'given_up_asked_by', heading: 'given up by', value: (refund) => refund.givenUpAskedBy },
    { name: 'given_up_ticket', heading: "provider's ticket", value: (refund) => refund.givenUpTicket },
    { name: 'given_up_by', heading: 'given up by as well', value: (refund) => refund.givenUpBy },
    { name: 'requested_by', heading: 'asked by', value: (refund) => refund.requestedBy },
    { name: 'decided_by', heading: 'decided by', value: (refund) => refund.decidedBy },
    { name: 'created_at', kind: 'time', value: (refund) => refund.createdAt },
    { name: 'next_check_at', heading: 'next try', kind: 'time', value: (refund) => refund.nextCheckAt },
    { name: 'finished_at', heading: 'finished', kind: 'time', value: (refund) => refund.finishedAt },
  ],
  sections: ({ heard, entries }) => [
    section(
      'At the provider',
      [
        {
          name: 'provider_refund_id',
          heading: "provider's id",
          kind: 'code',
          value: (row) => row.providerRefundId,
        },
        { name: 'reference', kind: 'code', spare: true, value: (row) => row.reference },
        { name: 'status', value: (row) => row.status },
        { name: 'amount_idr', kind: 'idr', value: (row) => row.amountIdr },
        { name: 'booked_idr', heading: 'booked', kind: 'idr', value: (row) => row.bookedIdr },
        { name: 'heard_at', heading: 'heard', kind: 'time', spare: true, value: (row) => row.heardAt },
      ],
      heard,
    ),
    ledgerSection(entries),
  ],
})
