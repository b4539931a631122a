import type { Actor } from '../../src/domain/kernel/index.ts'
import type { ShipmentStatusByHand } from '../../src/domain/logistics/index.ts'
import {
  acceptReturn,
  bookShipments,
  cancelOrder,
  completeOrders,
  createOrder,
  getOrder,
  refundLostOrders,
  refuseReturn,
  releaseOrder,
  reopenPayment,
  requestReturn,
  type StatusByHand,
  setOrderStatus,
  setShipmentStatus,
  withParcelCancelled,
} from '../../src/domain/order/index.ts'
import { parcelOrigin } from '../../src/runtime/parcel-origin.ts'
import { rate } from '../market.ts'
import { customer } from '../storefront.ts'
import type { Acts } from './acts.ts'
import { type House, staff } from './house.ts'
import { itemsOf } from './session-acts.ts'

const settings = { originPostalCode: '13960', publicUrl: 'http://laku.test' }
const packing = ['paid', 'processing', 'ready_for_pickup'] as const
const onTheWay = ['booked', 'picked_up', 'in_transit', 'returning'] as const
const moves: readonly ShipmentStatusByHand[] = [
  'in_transit',
  'delivered',
  'delivered',
  'delivered',
  'returning',
  'returned',
  'lost',
  'cancelled',
]

/** Returns the buyer of an order; another customer if the order does not exist. */
async function buyerOf(house: House, order: string): Promise<Actor> {
  const row = await house.laku.db
    .selectFrom('orders')
    .select('userId')
    .where('id', '=', order)
    .executeTakeFirst()
  return row ? { kind: 'customer', id: row.userId } : customer(house.buyer())
}

async function cancel(house: House, order: string, actor: Actor): Promise<unknown> {
  const context = { ...house.context, actor, courier: house.courier.gateway }
  return await withParcelCancelled(context, () =>
    house.laku.as(actor, (work) => cancelOrder(work, { order })),
  )
}

const byHand = (to: StatusByHand, ...from: string[]) => ({
  [`set to ${to}`]: async (house: House) => {
    const order = await house.row('orders', ...from)
    return await house.asStaff((work) => setOrderStatus(work, { order, status: to, reason: 'a storm' }))
  },
})

export const orderActs: Acts = {
  order: (house) => {
    const buyer = house.buyer()
    const paymentMethod = house.oneOf(['invoice', 'invoice', 'wallet', 'wallet+invoice'] as const)
    const about = { items: itemsOf(house), addressId: buyer.addressId, paymentMethod, rate }
    return house.laku.as(customer(buyer), (work) => createOrder(work, about, settings))
  },
  'order more': async (house) => orderActs.order?.(house),
  reopen: async (house) => {
    const orderId = await house.row('orders', 'cancelled')
    const paymentMethod = house.oneOf(['invoice', 'wallet', 'wallet+invoice'] as const)
    return await house.laku.as(await buyerOf(house, orderId), (work) =>
      reopenPayment(work, { orderId, paymentMethod }, settings),
    )
  },
  'cancel by its buyer': async (house) => {
    const order = await house.row('orders', 'pending_payment', 'paid')
    return await cancel(house, order, await buyerOf(house, order))
  },
  'cancel by staff': async (house) => cancel(house, await house.row('orders', ...packing, 'on_hold'), staff),
  book: async (house) => {
    house.courier.priceIdr = house.oneOf([9_000, 12_000])
    const origin = parcelOrigin(house.laku.config)
    const context = { ...house.context, courier: house.courier.gateway, origin }
    return await bookShipments(context, [await house.row('orders', ...packing)])
  },
  'book more': async (house) => orderActs.book?.(house),
  parcel: async (house) => {
    const shipment = await house.row('shipments', ...onTheWay)
    return await house.asStaff((work) => setShipmentStatus(work, { shipment, status: house.oneOf(moves) }))
  },
  'parcel goes on': async (house) => orderActs.parcel?.(house),
  ...byHand('on_hold', ...packing),
  ...byHand('processing', 'returned', 'ready_for_pickup'),
  ...byHand('refunded', 'returned'),
  ...byHand('delivered', 'in_transit', 'return_requested'),
  'let go': async (house) => {
    const order = await house.row('orders', 'on_hold')
    return await house.asStaff((work) => releaseOrder(work, { order }))
  },
  'ask to return': async (house) => {
    const order = await house.row('orders', 'delivered')
    const actor = await buyerOf(house, order)
    const reason = house.oneOf(['damaged', 'changed_mind'] as const)
    return await house.laku.as(actor, async (work) => {
      const [item] = (await getOrder(work, order)).items
      const some = item && house.random(2) === 0 ? [{ orderItemId: item.id, quantity: 1 }] : undefined
      return await requestReturn(work, { order, items: some, reason })
    })
  },
  'accept a return': async (house) => {
    const asked = await house.row('orderReturns', 'requested')
    return await house.asStaff((work) => acceptReturn(work, { return: asked }))
  },
  'refuse a return': async (house) => {
    const asked = await house.row('orderReturns', 'requested')
    return await house.asStaff((work) => refuseReturn(work, { return: asked, reason: 'worn' }))
  },
  'refund what was lost': (house) => house.laku.system((work) => refundLostOrders(work, 10)),
  'complete orders': (house) => house.laku.system((work) => completeOrders(work, 10)),
}
