import { z } from 'zod'
import { defineList } from '../../../cli/define/command.ts'
import { statesOf } from '../../../domain/kernel/transitions.ts'
import { returnTransitions } from '../../../domain/order/transitions.ts'

const statuses = statesOf(returnTransitions)

export const list = defineList({
  name: 'list',
  description: 'List the returns that buyers asked for, newest first.',
  options: [
    { flags: '--status <status>', description: 'only with this status', choices: statuses },
    { flags: '--order <order>', description: 'only of this order (UUID or code)' },
  ],
  input: z.object({ status: z.enum(statuses).optional(), order: z.string().optional() }),
  examples: ['laku orders returns list --status requested'],
  empty: 'No returns. Try without --status; buyers ask for one after the goods have arrived.',
  run: async (context, { status, order }, page) => {
    const { getOrder } = await import('../../../domain/order/read.ts')
    const { listReturns } = await import('../../../domain/order/returns/read.ts')
    return await context.read(async (work) => {
      const orderId = order && (await getOrder(work, order)).id
      return await listReturns(work, { status, orderId, ...page })
    })
  },
  columns: [
    { name: 'id', kind: 'code', value: (row) => row.id },
    { name: 'order', kind: 'code', value: (row) => row.order.code },
    { name: 'status', kind: 'status', value: (row) => row.status },
    { name: 'reason', value: (row) => row.reason },
    { name: 'items', value: (row) => row.items.map((item) => `${item.quantity} x ${item.sku}`).join(', ') },
    { name: 'photos', kind: 'number', spare: true, value: (row) => row.photos.length },
    { name: 'refund_idr', kind: 'idr', value: (row) => row.refundIdr },
    { name: 'requested_at', kind: 'time', spare: true, value: (row) => row.requestedAt },
  ],
})
