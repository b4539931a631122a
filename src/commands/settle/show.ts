import { defineShow, section } from '../../cli/define/command.ts'
import { settlementArgument, settlementInput } from './settlement.ts'

export const show = defineShow({
  name: 'show',
  description: 'One settlement with its lines and payouts.',
  args: [settlementArgument],
  input: settlementInput,
  examples: ['laku settle show STL-261123-7K3QX2'],
  run: async (context, { settlement }) => {
    const { showSettlement } = await import('../../domain/settlement/read.ts')
    return await context.read(({ tx, vault }) => showSettlement(tx, vault, settlement))
  },
  fields: [
    { name: 'code', kind: 'code', value: (one) => one.code },
    { name: 'id', kind: 'code', value: (one) => one.id },
    { name: 'status', kind: 'status', value: (one) => one.status },
    { name: 'status_reason', heading: 'reason', value: (one) => one.statusReason },
    { name: 'factory', value: (one) => one.factory.name },
    { name: 'through', value: (one) => one.through },
    { name: 'gross_idr', kind: 'idr', value: (one) => one.grossIdr },
    { name: 'commission_idr', kind: 'idr', value: (one) => one.commissionIdr },
    { name: 'refunds_idr', kind: 'idr', value: (one) => one.refundsIdr },
    { name: 'adjustments_idr', kind: 'idr', value: (one) => one.adjustmentsIdr },
    { name: 'net_idr', kind: 'idr', value: (one) => one.netIdr },
    { name: 'plan_hash', heading: 'plan', kind: 'code', value: (one) => one.planHash },
    { name: 'calculated_at', kind: 'time', value: (one) => one.calculatedAt },
    { name: 'approved_at', kind: 'time', value: (one) => one.approvedAt },
    { name: 'paid_at', kind: 'time', value: (one) => one.paidAt },
    { name: 'retry_at', heading: 'paid again at', kind: 'time', value: (one) => one.retryAt },
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
        { name: 'key', kind: 'code', value: (one) => one.key },
        { name: 'status', kind: 'status', value: (one) => (one.held ? 'held' : one.status) },
        { name: 'bank', value: (one) => `${one.bank} ${one.account}` },
        { name: 'amount_idr', kind: 'idr', value: (one) => one.amountIdr },
        { name: 'provider_status', heading: 'provider says', value: (one) => one.providerStatus },
        { name: 'failure_code', heading: 'failure', value: (one) => one.failureCode },
        { name: 'submitted_at', kind: 'time', value: (one) => one.submittedAt },
        { name: 'finished_at', kind: 'time', value: (one) => one.finishedAt },
      ],
      payouts,
    ),
  ],
})
