import { z } from 'zod'
import { defineShow, section } from '../../cli/define/command.ts'

export const show = defineShow({
  name: 'show',
  description: 'Show one order, its items and its payments.',
  args: [{ name: 'order', description: 'the UUID or code of the order' }],
  input: z.object({ order: z.string() }),
  run: async (context, { order }) => {
    const { getOrder } = await import('../../domain/order/read.ts')
    const { listPayments } = await import('../../domain/payment/payments/list.ts')
    return await context.read(async (work) => {
      const found = await getOrder(work, order)
      // A limit of 50 payments is enough: an order has one open payment at a time, and a few payments may
      // have expired before it.
      const { data: payments } = await listPayments(work.tx, { orderId: found.id, limit: 50 })
      return { ...found, payments }
    })
  },
  fields: [
    { name: 'code', kind: 'code', value: (order) => order.code },
    { name: 'id', kind: 'code', value: (order) => order.id },
    { name: 'status', kind: 'status', value: (order) => order.status },
    { name: 'status_reason', heading: 'why', value: (order) => order.statusReason },
    { name: 'goods_idr', kind: 'idr', value: (order) => order.goodsIdr },
    { name: 'shipping_idr', kind: 'idr', value: (order) => order.shippingIdr },
    {
      name: 'shipping_is_estimate',
      heading: 'the shipping fee is an estimate',
      value: (order) => order.shippingIsEstimate,
    },
    { name: 'total_idr', kind: 'idr', value: (order) => order.totalIdr },
    { name: 'allocated', heading: 'stock allocated', value: (order) => order.allocated },
    { name: 'courier', value: (order) => `${order.courier.company} ${order.courier.type}` },
    { name: 'waybill', value: (order) => order.waybill },
    { name: 'session_id', heading: 'session', kind: 'code', value: (order) => order.sessionId },
    { name: 'user_id', heading: 'buyer', kind: 'code', value: (order) => order.userId },
    { name: 'created_at', kind: 'time', value: (order) => order.createdAt },
    { name: 'paid_at', kind: 'time', value: (order) => order.paidAt },
    { name: 'delivered_at', kind: 'time', value: (order) => order.deliveredAt },
  ],
  sections: ({ items, payments }) => [
    section(
      'Items',
      [
        { name: 'sku', heading: 'SKU', kind: 'code', value: (row) => row.sku },
        { name: 'name', value: (row) => row.name },
        { name: 'quantity', kind: 'number', value: (row) => row.quantity },
        { name: 'unit_price_idr', kind: 'idr', value: (row) => row.unitPriceIdr },
        { name: 'total_idr', kind: 'idr', value: (row) => row.totalIdr },
      ],
      items,
    ),
    section(
      'Payments',
      [
        { name: 'code', kind: 'code', value: (row) => row.code },
        { name: 'status', kind: 'status', value: (row) => row.status },
        { name: 'amount_idr', kind: 'idr', value: (row) => row.amountIdr },
        { name: 'wallet_idr', heading: 'from the wallet', kind: 'idr', value: (row) => row.walletIdr },
        { name: 'channel', value: (row) => row.channel },
      ],
      payments,
    ),
  ],
})
