import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { statesOf } from '../../domain/kernel/transitions.ts'
import { paymentTransitions } from '../../domain/payment/transitions.ts'
import { readSales, saleInput, saleOptions } from '../sale-filter.ts'

const statuses = statesOf(paymentTransitions)

export const list = defineList({
  name: 'list',
  description: 'List payments, newest first.',
  options: [
    { flags: '--status <status>', description: 'only with this status', choices: statuses },
    ...saleOptions,
  ],
  input: z.object({ status: z.enum(statuses).optional(), ...saleInput }),
  examples: ['laku payments list --status review', 'laku payments list --since yesterday --csv'],
  empty: 'No payments. Try fewer filters or a longer --since; each order and each join makes one.',
  run: async (context, { status, ...options }, page) => {
    const { listPayments } = await import('../../domain/payment/payments/list.ts')
    return await readSales(context, options, (work, filter) =>
      listPayments(work.tx, { status, ...filter, ...page }),
    )
  },
  columns: [
    { name: 'code', kind: 'code', value: (row) => row.code },
    { name: 'status', kind: 'status', value: (row) => row.status },
    { name: 'amount_idr', kind: 'idr', value: (row) => row.amountIdr },
    {
      name: 'wallet_idr',
      heading: 'from the wallet',
      kind: 'idr',
      spare: true,
      value: (row) => row.walletIdr,
    },
    { name: 'method', spare: true, value: (row) => row.method },
    { name: 'channel', spare: true, value: (row) => row.channel },
    { name: 'created_at', kind: 'time', value: (row) => row.createdAt },
    { name: 'paid_at', kind: 'time', value: (row) => row.paidAt },
  ],
})
