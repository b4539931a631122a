import { stockGoods } from './catalogue.ts'
import { expectThat, type Flow } from './flow.ts'
import { until } from './poll.ts'
import type { Shop } from './shop.ts'

/** A parcel, with the names that `laku shipments list` and `GET /api/shipments/:id` use. */
interface ParcelRow {
  id: string
  code: string
  provider_order_id: string
}
interface Parcel {
  status: string
  waybill: string | null
  events: { status: string }[]
}

const WAYBILL = 'JNE-DEMO-1'

/**
 * The flow of path 4 of the service map (docs/service-map.md): a parcel is tracked until its delivery. The
 * courier's webhooks arrive more than once and in a shuffled order. The buyer gets a notice.
 */
export const shipmentTracking: Flow = {
  name: 'shipment-tracking',
  description: 'A parcel goes its way; every webhook of the courier comes three times, in any order',
  act: async (shop, step) => {
    const goods = await step('staff list a product and count 5 pieces in', () =>
      stockGoods(shop, { name: 'Sandal', sku: 'DEMO-SANDAL', priceIdr: 80_000, stock: 5 }),
    )
    const { buyer, order } = await step(
      'Tono orders, pays by QRIS, and a courier is booked',
      async () => {
        const tono = await shop.newBuyer('Tono')
        const { order: placed, payment } = await tono.order(goods.variantId, 1)
        await tono.pay(payment, 'QRIS')
        const booked = await until(
          'a booked parcel',
          () => tono.orderById(placed.id),
          (now) => now.status === 'ready_for_pickup',
        )
        return { buyer: tono, order: booked }
      },
      (made) => ({ amountIdr: made.order.total_idr, detail: made.order.code }),
    )
    const parcel = await step(
      'staff look its parcel up',
      async () => {
        const { data } = await shop.laku<{ data: ParcelRow[] }>('shipments', 'list', '--order', order.code)
        expectThat(data.length === 1, `${order.code} has ${data.length} parcels`)
        return data[0] as ParcelRow
      },
      (row) => ({ detail: row.code }),
    )
    await step('the courier picks it up, weighs it, gives it a waybill and delivers it', () =>
      goItsWay(shop, parcel.provider_order_id),
    )
    await step(
      'Tono sees it delivered, with its waybill',
      () =>
        until(
          'the delivery',
          () => buyer.orderById(order.id),
          (now) => now.status === 'delivered' && now.waybill === WAYBILL,
        ),
      (now) => ({ detail: `${now.status}, waybill ${now.waybill}` }),
    )
    await step(
      'and every step of its way, once',
      () => buyer.http.ask<Parcel>('GET', `/api/shipments/${parcel.id}`),
      ({ status, events }) => {
        const states = events.map((event) => event.status)
        for (const state of ['picked_up', 'in_transit', 'delivered'])
          expectThat(
            states.filter((otherState) => otherState === state).length === 1,
            `${state} is not once in ${states}`,
          )
        return { detail: `${status}: ${states.join(', ')}` }
      },
    )
    await step(
      'he is told on WhatsApp',
      () =>
        until(
          'the notice of the delivery',
          () => buyer.messages(),
          (messages) =>
            messages.some(({ body }) => body.includes(order.code) && /tiba|sampai|deliver/i.test(body)),
        ),
      (messages) => ({ detail: messages[0]?.body.split('\n')[0] ?? '' }),
    )
  },
}

/**
 * Moves a parcel to its delivery, step by step. For each step, the sandbox sends the courier's webhooks. It
 * sends them more than once and in a shuffled order.
 */
async function goItsWay({ sandbox }: Shop, courierOrderId: string): Promise<void> {
  await sandbox.ask('PUT', '/control/webhooks', { duplicates: 2, shuffle: true })
  const updates = [
    { status: 'allocated' },
    { status: 'picking_up', waybill_id: WAYBILL },
    { status: 'picked', price: 14_000 },
    { status: 'droppingOff' },
    { status: 'delivered' },
  ]
  for (const update of updates) await sandbox.ask('POST', `/control/shipments/${courierOrderId}`, update)
  await sandbox.ask('PUT', '/control/webhooks', {})
}
