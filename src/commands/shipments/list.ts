import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { statesOf } from '../../domain/kernel/transitions.ts'
import { shipmentTransitions } from '../../domain/logistics/transitions.ts'

const statuses = statesOf(shipmentTransitions)

export const list = defineList({
  name: 'list',
  description: 'List shipments, newest first.',
  options: [
    { flags: '--status <status>', description: 'only with this status', choices: statuses },
    { flags: '--order <order>', description: 'only of this order (UUID or code)' },
  ],
  input: z.object({ status: z.enum(statuses).optional(), order: z.string().optional() }),
  examples: [
    'laku shipments list --status on_hold',
    'laku shipments list --order ORD-261123-7K3QX2ABCD --json',
  ],
  empty:
    'No shipments. Try without filters; paid orders get one automatically, or with laku shipments create.',
  run: async (context, { status, order }, page) => {
    const { listShipments } = await import('../../domain/logistics/list.ts')
    const { getOrder } = await import('../../domain/order/read.ts')
    return await context.read(async (work) => {
      const orderId = order && (await getOrder(work, order)).id
      return await listShipments(work, { status, orderId, ...page })
    })
  },
  columns: [
    { name: 'code', kind: 'code', value: (row) => row.code },
    { name: 'order_code', heading: 'order', kind: 'code', value: (row) => row.orderCode },
    { name: 'status', kind: 'status', value: (row) => row.status },
    { name: 'courier', spare: true, value: (row) => `${row.courier.company} ${row.courier.type}` },
    { name: 'waybill', kind: 'code', value: (row) => row.waybill },
    { name: 'fee_idr', kind: 'idr', spare: true, value: (row) => row.feeIdr },
    { name: 'price_idr', kind: 'idr', spare: true, value: (row) => row.priceIdr },
    { name: 'updated_at', kind: 'time', spare: true, value: (row) => row.updatedAt },
  ],
})
