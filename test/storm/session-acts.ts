import {
  cancelSession,
  closeEarly,
  createOrdersOf,
  fulfilSession,
  refundSession,
  sweepSessions,
} from '../../src/domain/group-buying/index.ts'
import type { Acts } from './acts.ts'
import { type House, staff } from './house.ts'

const forming = (house: House) => house.row('groupBuyingSessions', 'forming')
const closed = (house: House) =>
  house.row('groupBuyingSessions', 'moq_reached', 'pending_stock', 'orders_created')

export const itemsOf = (house: House) => {
  const { variantId, otherVariantId } = house.market
  const items = [
    { variantId, quantity: 1 + house.random(2) },
    { variantId: otherVariantId, quantity: 1 },
  ]
  return house.random(2) === 0 ? items : items.slice(0, 1)
}

export const sessionActs: Acts = {
  join: async (house) =>
    house.market.join(house.buyer(), await forming(house), 1, {
      items: itemsOf(house),
      paymentMethod: house.oneOf(['invoice', 'invoice', 'wallet', 'wallet+invoice']),
    }),
  'join again': async (house) => sessionActs.join?.(house),
  leave: async (house) => house.market.leave(house.buyer(), await forming(house)),
  close: async (house) => {
    const sessionId = await forming(house)
    return await house.asStaff((work) => closeEarly(work, { sessionId }))
  },
  cancel: async (house) => {
    const sessionId = await house.row('groupBuyingSessions')
    return await house.asStaff((work) => cancelSession(work, { sessionId }))
  },
  'refund a session': async (house) => {
    const sessionId = await closed(house)
    return await house.asStaff((work) => refundSession(work, { sessionId }))
  },
  fulfil: async (house) =>
    fulfilSession(
      { ...house.context, actor: house.oneOf([staff, house.context.actor]) },
      await closed(house),
    ),
  release: async (house) => {
    const sessionId = await closed(house)
    return await house.asStaff((work) => createOrdersOf(work, { sessionId }))
  },
  'look at sessions': (house) => house.laku.system(sweepSessions),
}
