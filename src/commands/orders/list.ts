import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { statesOf } from '../../domain/kernel/transitions.ts'
import { orderTransitions } from '../../domain/order/transitions.ts'
import { readSales, saleInput, saleOptions } from '../sale-filter.ts'

const statuses = statesOf(orderTransitions)

export const list = defineList({
  name: 'list',
  description: 'List orders, newest first.',
  options: [
    { flags: '--status <status>', description: 'only with this status', choices: statuses },
    ...saleOptions,
  ],
  input: z.object({ status: z.enum(statuses).optional(), ...saleInput }),
  examples: ['laku orders list --status on_hold', 'laku orders list --session GBS-261123-7K3QX2 --json'],
  empty: 'No orders. Try fewer filters or a longer --since, or place one with laku orders create.',
  run: async (context, { status, ...options }, page) => {
    const { listOrders } = await import('../../domain/order/read.ts')
    return await readSales(context, options, (work, filter) =>
      listOrders(work, { status, ...filter, ...page }),
    )
  },
  columns: [
    { name: 'code', kind: 'code', value: (row) => row.code },
    { name: 'status', kind: 'status', value: (row) => row.status },
    { name: 'total_idr', kind: 'idr', value: (row) => row.totalIdr },
    { name: 'courier', spare: true, value: (row) => `${row.courier.company} ${row.courier.type}` },
    { name: 'waybill', kind: 'code', spare: true, value: (row) => row.waybill },
    { name: 'created_at', kind: 'time', value: (row) => row.createdAt },
  ],
})
