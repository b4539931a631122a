import { z } from 'zod'
import { defineShow, section } from '../../cli/define/command.ts'
import { orderArgument, orderInput } from './order.ts'

export const show = defineShow({
  name: 'show',
  description: 'One purchase order: what was called off, what came, and what the factory answered.',
  args: [orderArgument],
  input: z.object(orderInput),
  examples: ['laku pos show PO-261125-7K3QX2'],
  run: async (context, { order }) => {
    const { showPurchaseOrder } = await import('../../domain/warehouse/purchase-orders/read.ts')
    return await context.read(({ tx }) => showPurchaseOrder(tx, order))
  },
  fields: [
    { name: 'code', kind: 'code', value: (one) => one.code },
    { name: 'id', kind: 'code', value: (one) => one.id },
    { name: 'status', kind: 'status', value: (one) => one.status },
    { name: 'status_reason', heading: 'reason', value: (one) => one.statusReason },
    { name: 'factory', value: (one) => one.factory.name },
    { name: 'session_id', heading: 'for session', kind: 'code', value: (one) => one.sessionId },
    { name: 'freight_idr', heading: 'freight, estimated', kind: 'idr', value: (one) => one.freightIdr },
    { name: 'freight_source', heading: 'estimated by', value: (one) => one.freightSource },
    { name: 'created_at', kind: 'time', value: (one) => one.createdAt },
    { name: 'sent_at', kind: 'time', value: (one) => one.sentAt },
    { name: 'confirmed_at', kind: 'time', value: (one) => one.confirmedAt },
  ],
  sections: ({ items, receipts, replies }) => [
    section(
      'Items',
      [
        { name: 'sku', heading: 'SKU', kind: 'code', value: (item) => item.sku },
        { name: 'name', heading: 'variant', value: (item) => item.name },
        { name: 'quantity', kind: 'number', value: (item) => item.quantity },
        { name: 'received', kind: 'number', value: (item) => item.received },
        { name: 'damaged', kind: 'number', value: (item) => item.damaged },
        { name: 'owed', kind: 'number', value: (item) => item.quantity - item.received },
      ],
      items,
    ),
    section(
      'Receipts',
      [
        { name: 'received_at', kind: 'time', value: (row) => row.receivedAt },
        { name: 'sku', heading: 'SKU', kind: 'code', value: (row) => row.sku },
        { name: 'kind', value: (row) => row.kind },
        { name: 'pieces', kind: 'number', value: (row) => row.pieces },
        { name: 'note', heading: 'delivery note', value: (row) => row.note },
        { name: 'actor', heading: 'counted by', value: (row) => row.actor },
      ],
      receipts,
    ),
    section(
      'Replies',
      [
        { name: 'answered_at', kind: 'time', value: (row) => row.answeredAt },
        { name: 'meaning', value: (row) => row.meaning },
      ],
      replies,
    ),
  ],
})
