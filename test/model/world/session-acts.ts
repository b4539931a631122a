import {
  cancelSession,
  checkSession,
  closeEarly,
  extendSession,
  fulfilSession,
  refundSession,
  sweepSessions,
} from '../../../src/domain/group-buying/index.ts'
import { secondsAfter } from '../../../src/domain/kernel/index.ts'
import { completeOrders } from '../../../src/domain/order/index.ts'
import type { PayWith } from '../../../src/domain/payment/index.ts'
import { sweepPayments } from '../../../src/domain/payment/index.ts'
import {
  adjustStock,
  cancelPurchaseOrder,
  closePurchaseOrder,
  receivePurchaseOrder,
} from '../../../src/domain/warehouse/index.ts'
import { system } from '../../laku.ts'
import { EXTENSION_S } from '../model/figures.ts'
import type { By } from '../model/payments.ts'
import { type Acts, asStaff, refused, staff } from './acts.ts'
import type { World } from './world.ts'

/** Returns laku's name for a way of paying. */
export const methodOf = (from: By): PayWith => (from === 'part' ? 'wallet+invoice' : from)

/** Returns items of both variants, without variants of which there are 0 pieces. */
export function itemsOf({ market }: World, pieces: readonly number[]) {
  const ids = [market.variantId, market.otherVariantId]
  return pieces.flatMap((quantity, v) => (quantity > 0 ? [{ variantId: ids[v] as string, quantity }] : []))
}

/** Commands about sessions, and about the goods that they share. */
export const sessionActs: Acts<
  | 'join'
  | 'leave'
  | 'check'
  | 'close'
  | 'extend'
  | 'cancel'
  | 'refund'
  | 'fulfil'
  | 'stock'
  | 'receive'
  | 'endPurchase'
  | 'pass'
> = {
  join: async (world, { session, buyer, pieces, from }) => {
    const more = { items: itemsOf(world, pieces), paymentMethod: methodOf(from) }
    const joined = await world.market.join(world.buyer(buyer), world.sessionId(session), 1, more)
    const { id, amountIdr } = joined.payment
    world.payments.push({ id, amountIdr, participantId: joined.participation.id })
  },
  leave: (world, { session, buyer }) => world.market.leave(world.buyer(buyer), world.sessionId(session)),
  check: (world, { session }) => asStaff(world, (work) => checkSession(work, world.sessionId(session))),
  close: (world, { session }) =>
    asStaff(world, (work) => closeEarly(work, { sessionId: world.sessionId(session) })),
  extend: async (world, { session }) => {
    const sessionId = world.sessionId(session)
    const { endsAt } = await world.market.see(sessionId)
    const later = secondsAfter(endsAt, EXTENSION_S)
    await asStaff(world, (work) => extendSession(work, { sessionId, endsAt: later }))
  },
  cancel: (world, { session }) =>
    asStaff(world, (work) => cancelSession(work, { sessionId: world.sessionId(session) })),
  refund: (world, { session }) =>
    asStaff(world, (work) => refundSession(work, { sessionId: world.sessionId(session) })),
  fulfil: (world, { session, by }) =>
    fulfilSession(
      { unitOfWork: world.laku.unitOfWork, actor: by === 'staff' ? staff : system },
      world.sessionId(session),
    ),
  stock: async (world, { pieces }) => {
    for (const { variantId, quantity: change } of itemsOf(world, pieces))
      await asStaff(world, (work) => adjustStock(work, { variantId, change, reason: 'counted' }))
  },
  receive: async (world, command, model) => {
    const [good, damaged] = model.deliveryOf(command)
    const ids = [world.market.variantId, world.market.otherVariantId]
    const lines = ids.map((variantId, v) => ({ variantId, good: good[v] ?? 0, damaged: damaged[v] ?? 0 }))
    const purchaseOrder = await lastPurchaseOf(world, world.sessionId(command.session))
    await asStaff(world, (work) => receivePurchaseOrder(work, { purchaseOrder, lines }))
  },
  endPurchase: async (world, { session, how }) => {
    const purchaseOrder = await lastPurchaseOf(world, world.sessionId(session))
    const end = how === 'cancel' ? cancelPurchaseOrder : closePurchaseOrder
    await asStaff(world, (work) => end(work, { purchaseOrder }))
  },
  pass: async (world, { minutes }, model) => {
    if (model.isTooLate(minutes * 60)) throw refused('test.too_late')
    world.laku.clock.shift(minutes * 60)
    await sweep(world)
  },
}

/** Does what time alone causes: runs the sweeps. */
export async function sweep({ laku }: World): Promise<void> {
  await laku.system(sweepSessions)
  await sweepPayments({ unitOfWork: laku.unitOfWork, actor: system, gateway: undefined as never })
  await laku.system((work) => completeOrders(work, 100))
}

async function lastPurchaseOf({ laku }: World, sessionId: string): Promise<string> {
  const last = await laku.db
    .selectFrom('warehousePurchaseOrders')
    .select('id')
    .where('sessionId', '=', sessionId)
    .orderBy('id', 'desc')
    .executeTakeFirst()
  if (!last) throw refused('test.no_purchase_order')
  return last.id
}
