import { z } from 'zod'
import { defineShow, section } from '../../cli/define/command.ts'

export const show = defineShow({
  name: 'show',
  description: 'One order, its items and its payments.',
  args: [{ name: 'order', description: 'UUID or code' }],
  input: z.object({ order: z.string() }),
  run: async (context, { order }) => {
    const { getOrder } = await import('../../domain/order/read.ts')
    const { listPayments } = await import('../../domain/payment/payments/list.ts')
    return await context.read(async (work) => {
      const found = await getOrder(work, order)
      // An order has one open payment at a time; a few may have expired before it.
      const { data: payments } = await listPayments(work.tx, { orderId: found.id, limit: 50 })
      return { ...found, payments }
    })
  },
  fields: [
    { name: 'code', kind: 'code', value: (one) => one.code },
    { name: 'id', kind: 'code', value: (one) => one.id },
    { name: 'status', kind: 'status', value: (one) => one.status },
    { name: 'status_reason', heading: 'why', value: (one) => one.statusReason },
    { name: 'goods_idr', kind: 'idr', value: (one) => one.goodsIdr },
    { name: 'shipping_idr', kind: 'idr', value: (one) => one.shippingIdr },
    {
      name: 'shipping_is_estimate',
      heading: 'shipping is an estimate',
      value: (one) => one.shippingIsEstimate,
    },
    { name: 'total_idr', kind: 'idr', value: (one) => one.totalIdr },
    { name: 'allocated', heading: 'stock allocated', value: (one) => one.allocated },
    { name: 'courier', value: (one) => `${one.courier.company} ${one.courier.type}` },
    { name: 'waybill', value: (one) => one.waybill },
    { name: 'session_id', heading: 'session', kind: 'code', value: (one) => one.sessionId },
    { name: 'user_id', heading: 'buyer', kind: 'code', value: (one) => one.userId },
    { name: 'created_at', kind: 'time', value: (one) => one.createdAt },
    { name: 'paid_at', kind: 'time', value: (one) => one.paidAt },
    { name: 'delivered_at', kind: 'time', value: (one) => one.deliveredAt },
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
