import { z } from 'zod'
import { defineShow, section } from '../../cli/define/command.ts'
import { orderArgument, orderInput } from './order.ts'

export const show = defineShow({
  name: 'show',
  description: 'Show one purchase order: what was ordered, what came, and what the factory answered.',
  args: [orderArgument],
  input: z.object(orderInput),
  examples: ['laku purchase-orders show PO-261125-7K3QX2'],
  run: async (context, { order }) => {
    const { showPurchaseOrder } = await import('../../domain/warehouse/purchase-orders/read.ts')
    return await context.read(({ tx }) => showPurchaseOrder(tx, order))
  },
  fields: [
    { name: 'code', kind: 'code', value: (purchaseOrder) => purchaseOrder.code },
    { name: 'id', kind: 'code', value: (purchaseOrder) => purchaseOrder.id },
    { name: 'status', kind: 'status', value: (purchaseOrder) => purchaseOrder.status },
    { name: 'status_reason', heading: 'reason', value: (purchaseOrder) => purchaseOrder.statusReason },
    { name: 'factory', value: (purchaseOrder) => purchaseOrder.factory.name },
    {
      name: 'session_id',
      heading: 'for session',
      kind: 'code',
      value: (purchaseOrder) => purchaseOrder.sessionId,
    },
    {
      name: 'freight_idr',
      heading: 'freight, estimated',
      kind: 'idr',
      value: (purchaseOrder) => purchaseOrder.freightIdr,
    },
    {
      name: 'freight_source',
      heading: 'estimated by',
      value: (purchaseOrder) => purchaseOrder.freightSource,
    },
    { name: 'created_at', kind: 'time', value: (purchaseOrder) => purchaseOrder.createdAt },
    { name: 'sent_at', kind: 'time', value: (purchaseOrder) => purchaseOrder.sentAt },
    { name: 'confirmed_at', kind: 'time', value: (purchaseOrder) => purchaseOrder.confirmedAt },
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
