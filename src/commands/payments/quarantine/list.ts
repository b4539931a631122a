import { z } from 'zod'
import { defineList } from '../../../cli/define/command.ts'

export const list = defineList({
  name: 'list',
  description: 'List money that came in and fits no payment, newest first.',
  options: [{ flags: '--all', description: 'show decided money too' }],
  input: z.object({ all: z.boolean().optional() }),
  empty: 'Nothing waits in quarantine. --all shows decided money.',
  run: async (context, { all }, page) => {
    const { listQuarantined } = await import('../../../domain/payment/suspense/list.ts')
    return await context.read(({ tx }) => listQuarantined(tx, { all, ...page }))
  },
  columns: [
    { name: 'id', kind: 'code', value: (row) => row.id },
    { name: 'kind', value: (row) => row.kind },
    { name: 'status', kind: 'status', value: (row) => row.status },
    { name: 'amount_idr', kind: 'idr', value: (row) => row.amountIdr },
    { name: 'payment', kind: 'code', value: (row) => row.payment },
    { name: 'expected_idr', heading: 'expected', kind: 'idr', value: (row) => row.expectedIdr },
    { name: 'channel', spare: true, value: (row) => row.channel },
    { name: 'paid_at', heading: 'paid at', kind: 'time', value: (row) => row.paidAt },
    {
      name: 'provider_invoice_id',
      heading: 'invoice',
      kind: 'code',
      spare: true,
      value: (row) => row.providerInvoiceId,
    },
  ],
})
