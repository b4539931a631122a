import { defineShow, section } from '../../cli/define/command.ts'
import { settlementArgument, settlementInput } from './settlement.ts'

export const show = defineShow({
  name: 'show',
  description: 'Show one settlement with its lines and payouts.',
  args: [settlementArgument],
  input: settlementInput,
  examples: ['laku settle show STL-261123-7K3QX2'],
  run: async (context, { settlement }) => {
    const { showSettlement } = await import('../../domain/settlement/read.ts')
    return await context.read(({ tx, vault }) => showSettlement(tx, vault, settlement))
  },
  fields: [
    { name: 'code', kind: 'code', value: (settlement) => settlement.code },
    { name: 'id', kind: 'code', value: (settlement) => settlement.id },
    { name: 'status', kind: 'status', value: (settlement) => settlement.status },
    { name: 'status_reason', heading: 'reason', value: (settlement) => settlement.statusReason },
    { name: 'factory', value: (settlement) => settlement.factory.name },
    { name: 'through', value: (settlement) => settlement.through },
    { name: 'gross_idr', kind: 'idr', value: (settlement) => settlement.grossIdr },
    { name: 'commission_idr', kind: 'idr', value: (settlement) => settlement.commissionIdr },
    { name: 'refunds_idr', kind: 'idr', value: (settlement) => settlement.refundsIdr },
    { name: 'adjustments_idr', kind: 'idr', value: (settlement) => settlement.adjustmentsIdr },
    { name: 'net_idr', kind: 'idr', value: (settlement) => settlement.netIdr },
    { name: 'plan_hash', heading: 'plan', kind: 'code', value: (settlement) => settlement.planHash },
    { name: 'calculated_at', kind: 'time', value: (settlement) => settlement.calculatedAt },
    { name: 'approved_at', kind: 'time', value: (settlement) => settlement.approvedAt },
    { name: 'paid_at', kind: 'time', value: (settlement) => settlement.paidAt },
    { name: 'retry_at', heading: 'paid again at', kind: 'time', value: (settlement) => settlement.retryAt },
  ],
  sections: ({ lines, payouts }) => [
    section(
      'Lines',
      [
        { name: 'kind', value: (line) => line.kind },
        { name: 'order', kind: 'code', value: (line) => line.orderCode },
        { name: 'name', value: (line) => line.name },
        { name: 'gross_idr', kind: 'idr', value: (line) => line.grossIdr },
        { name: 'commission_idr', kind: 'idr', value: (line) => line.commissionIdr },
        { name: 'net_idr', kind: 'idr', value: (line) => line.netIdr },
      ],
      lines,
    ),
    section(
      'Payouts',
      [
        { name: 'key', kind: 'code', value: (settlement) => settlement.key },
        {
          name: 'status',
          kind: 'status',
          value: (settlement) => (settlement.held ? 'held' : settlement.status),
        },
        { name: 'bank', value: (settlement) => `${settlement.bank} ${settlement.account}` },
        { name: 'amount_idr', kind: 'idr', value: (settlement) => settlement.amountIdr },
        {
          name: 'provider_status',
          heading: 'provider says',
          value: (settlement) => settlement.providerStatus,
        },
        { name: 'failure_code', heading: 'failure', value: (settlement) => settlement.failureCode },
        { name: 'submitted_at', kind: 'time', value: (settlement) => settlement.submittedAt },
        { name: 'finished_at', kind: 'time', value: (settlement) => settlement.finishedAt },
      ],
      payouts,
    ),
  ],
})
