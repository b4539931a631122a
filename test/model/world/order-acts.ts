import type { Actor, Work } from '../../../src/domain/kernel/index.ts'
import { liveShipment } from '../../../src/domain/logistics/index.ts'
import {
  acceptReturn,
  bookShipments,
  cancelOrder,
  createOrder,
  getOrder,
  listReturns,
  refundLostOrders,
  refuseReturn,
  releaseOrder,
  reopenPayment,
  requestReturn,
  setOrderStatus,
  setShipmentStatus,
  withParcelCancelled,
} from '../../../src/domain/order/index.ts'
import { parcelOrigin } from '../../../src/runtime/parcel-origin.ts'
import { system } from '../../laku.ts'
import { rate } from '../../market.ts'
import { customer } from '../../storefront.ts'
import type { Command } from '../commands.ts'
import type { Model } from '../model/model.ts'
import type { Order } from '../model/orders.ts'
import { type Acts, asStaff, refused, staff } from './acts.ts'
import { itemsOf, methodOf } from './session-acts.ts'
import type { World } from './world.ts'

const settings = { originPostalCode: '13960', publicUrl: 'http://laku.test' }

type OrderCommand = Extract<Command, { of: 'order' }>

/** Runs `use` with the order that a command means; does nothing if there is no order yet. */
async function withOrder<T>(
  world: World,
  model: Model,
  nth: number,
  use: (id: string, order: Order) => Promise<T>,
): Promise<T | undefined> {
  const order = model.order(nth)
  return order && (await use(await world.orderId(order), order))
}

const byStaff =
  (use: (work: Work, orderId: string) => Promise<unknown>) =>
  (world: World, { nth }: OrderCommand, model: Model) =>
    withOrder(world, model, nth, (id) => asStaff(world, (work) => use(work, id)))

const buyerOf = (world: World, order: Order): Actor => customer(world.buyer(order.buyer))

/** Commands about orders, direct ones and those of sessions, from placing to return. */
export const orderActs: Acts<'order' | OrderCommand['do']> = {
  order: async (world, { buyer: nth, pieces, from }) => {
    const buyer = world.buyer(nth)
    const about = {
      items: itemsOf(world, pieces),
      addressId: buyer.addressId,
      paymentMethod: methodOf(from),
      rate,
    }
    const { order, payment } = await world.laku.as(customer(buyer), (work) =>
      createOrder(work, about, settings),
    )
    world.payments.push({ id: payment.id, amountIdr: payment.amountIdr })
    world.placed.push(order.id)
  },
  reopen: (world, { nth, from }, model) =>
    withOrder(world, model, nth, async (orderId, order) => {
      const payment = await world.laku.as(buyerOf(world, order), (work) =>
        reopenPayment(work, { orderId, paymentMethod: methodOf(from) }, settings),
      )
      world.payments.push({ id: payment.id, amountIdr: payment.amountIdr })
    }),
  cancelOrder: (world, { nth, by }, model) =>
    withOrder(world, model, nth, (id, order) => {
      const actor = by === 'staff' ? staff : buyerOf(world, order)
      const context = { unitOfWork: world.laku.unitOfWork, actor, courier: world.courier.gateway }
      return withParcelCancelled(context, () =>
        world.laku.as(actor, (work) => cancelOrder(work, { order: id })),
      )
    }),
  hold: byStaff((work, order) => setOrderStatus(work, { order, status: 'on_hold', reason: 'looked at' })),
  letGo: byStaff((work, order) => releaseOrder(work, { order })),
  sendAgain: byStaff(async (work, order) => {
    // Staff may also put an order back to processing from other states, but this command means only returned
    // orders.
    if ((await getOrder(work, order)).status !== 'returned') throw refused('test.not_returned')
    return await setOrderStatus(work, { order, status: 'processing' })
  }),
  refundReturned: byStaff((work, order) => setOrderStatus(work, { order, status: 'refunded' })),
  book: (world, { nth, priceIdr }, model) =>
    withOrder(world, model, nth, (id) => {
      world.courier.priceIdr = priceIdr
      const context = { unitOfWork: world.laku.unitOfWork, actor: system, courier: world.courier.gateway }
      return bookShipments({ ...context, origin: parcelOrigin(world.laku.config) }, [id])
    }),
  parcel: (world, { nth, to }, model) =>
    withOrder(world, model, nth, async (id) => {
      await world.laku.as(staff, async (work) => {
        const parcel = await liveShipment(work.tx, id)
        if (!parcel) throw refused('test.no_parcel')
        await setShipmentStatus(work, { shipment: parcel.id, status: to })
      })
      await world.laku.system((work) => refundLostOrders(work, 100))
    }),
  return: (world, { nth, all, isOurFault }, model) =>
    withOrder(world, model, nth, async (id, order) => {
      const reason = isOurFault ? 'damaged' : 'changed_mind'
      const items = all ? undefined : [await firstPiece(world, id, order)]
      await world.laku.as(buyerOf(world, order), (work) => requestReturn(work, { order: id, items, reason }))
    }),
  inspect: (world, { nth, how }, model) =>
    withOrder(world, model, nth, async (id) => {
      await world.laku.as(staff, async (work) => {
        const asked = await askedReturn(work, id)
        if (!asked) throw refused('test.no_return')
        if (how === 'refuse') await refuseReturn(work, { return: asked.id, reason: 'worn' })
        else
          await acceptReturn(work, {
            return: asked.id,
            writtenOff: how === 'writeOff' ? asked.items.map((item) => item.orderItemId) : [],
          })
      })
    }),
}

/** Returns one piece of the first item that still has one. */
async function firstPiece({ laku, market }: World, orderId: string, order: Order) {
  const { variant } = order.items.find((item) => item.quantity > item.returned) ?? {}
  const item = await laku.db
    .selectFrom('orderItems')
    .select('id')
    .where('orderId', '=', orderId)
    .where('variantId', '=', variant === 1 ? market.otherVariantId : market.variantId)
    .executeTakeFirst()
  if (!item) throw refused('test.no_item')
  return { orderItemId: item.id, quantity: 1 }
}

async function askedReturn(work: Work, orderId: string) {
  const { data } = await listReturns(work, { orderId, status: 'requested', limit: 1 })
  return data[0]
}
