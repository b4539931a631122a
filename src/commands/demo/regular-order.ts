import { stockGoods } from './catalogue.ts'
import { expectThat, type Flow } from './flow.ts'
import { until } from './poll.ts'

/**
 * The flow of path 1 of the service map (docs/service-map.md): a buyer orders and pays, the order becomes
 * paid, and its parcel is booked.
 */
export const regularOrder: Flow = {
  name: 'regular-order',
  description: 'A customer orders two shirts, pays by QRIS, and the parcel is booked',
  act: async (shop, step) => {
    const goods = await step('staff list a product and count 5 pieces in', () =>
      stockGoods(shop, { name: 'Kaos Polos', sku: 'DEMO-KAOS', priceIdr: 60_000, stock: 5 }),
    )
    const buyer = await step('Budi logs in by the code on WhatsApp and gives an address', () =>
      shop.newBuyer('Budi'),
    )
    const { order, payment } = await step(
      'orders 2 pieces; stock is kept for the invoice',
      () => buyer.order(goods.variantId, 2),
      (made) => ({
        amountIdr: made.order.total_idr,
        detail: `${made.order.code}, shipping included`,
      }),
    )
    await step(
      'opens the pay link and pays by QRIS at the provider',
      () => buyer.pay(payment, 'QRIS'),
      () => ({
        amountIdr: payment.amount_idr,
      }),
    )
    await step(
      'the webhook confirms it, the order is paid, the parcel is booked',
      () =>
        until(
          'a waybill',
          () => buyer.orderById(order.id),
          // The order is polled until it has a waybill: the courier assigns the waybill a moment after
          // accepting the parcel.
          (now) => now.status === 'ready_for_pickup' && Boolean(now.waybill),
        ),
      (now) => ({ detail: `${now.status}, waybill ${now.waybill}` }),
    )
    await step(
      'staff see the same by the CLI',
      () => shop.laku<{ status: string }>('orders', 'show', order.code),
      (shown) => ({ detail: shown.status }),
    )
    await step(
      'what he paid waits for the factory until delivery',
      () =>
        shop.laku<{ data: { account: string; balance_idr: number }[] }>(
          'ledger',
          'balances',
          `order-funds:${order.id}`,
        ),
      (balances) => {
        const heldIdr = balances.data[0]?.balance_idr ?? 0
        // The ledger account `order-funds` still holds the buyer's whole payment, because the courier was
        // paid from another account, `shipping`.
        expectThat(heldIdr === order.total_idr, `order-funds holds ${heldIdr}, not ${order.total_idr}`)
        return { amountIdr: heldIdr }
      },
    )
  },
}
