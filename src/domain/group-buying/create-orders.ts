import { sql } from 'kysely'
import type { AddressSnapshot } from '../address/index.ts'
import { type Rupiah, requireStaff, type Work } from '../kernel/index.ts'
import { createSessionOrders } from '../order/index.ts'
import { releaseEscrow } from '../payment/index.ts'
import { handOverReservation } from '../warehouse/index.ts'
import type { SessionMoney } from './cancel-session.ts'
import { groupBuyingErrors } from './errors.ts'
import { requireFulfillable, reserveFor } from './fulfil-demand.ts'
import { type LockedSession, lockEscrowPayments, lockSession } from './lock-sessions.ts'
import { rebateOf } from './rules.ts'

export interface SessionOrders {
  sessionId: string
  /** Orders made now; 0 where all were made before. */
  count: number
  orderIdsUrl: string
}

/**
 * The second step of fulfilment (service map: `POST /api/orders/bulk`): an order for every paid participant that has none,
 * their reservation handed over, the escrow released at the final price with the rebates, all in one transaction and a
 * fixed number of statements. Reserves first what is not reserved. Repeated after success: count 0.
 * @throws group_buying.session_not_found, not_fulfillable, stock_short, kernel.forbidden
 */
export async function createOrdersOf(work: Work, input: { sessionId: string }): Promise<SessionOrders> {
  requireStaff(work.actor, 'warehouse', 'service')
  const { count } = await finish(work, input.sessionId)
  return { sessionId: input.sessionId, count, orderIdsUrl: `/api/orders?session_id=${input.sessionId}` }
}

/**
 * The service map's `POST /api/payments/release-escrow`. Escrow is released in the transaction that makes the orders,
 * so this makes those that are missing; after them it answers count 0.
 * @throws as createOrdersOf
 */
export async function releaseEscrowOf(work: Work, input: { sessionId: string }): Promise<SessionMoney> {
  requireStaff(work.actor, 'finance', 'service')
  return await finish(work, input.sessionId)
}

async function finish(work: Work, sessionId: string): Promise<SessionMoney> {
  await lockEscrowPayments(work.tx, [sessionId])
  const session = await lockSession(work.tx, sessionId)
  requireFulfillable(session)
  const { outcome, missing } = await reserveFor(work, session)
  if (outcome === 'pending_stock') throw groupBuyingErrors.stock_short({ code: session.code, missing })
  const waiting = await waitingParticipants(work, sessionId)
  const released = waiting.length > 0 ? await makeOrders(work, session, waiting) : { count: 0, amountIdr: 0 }
  await succeed(work, session, released)
  return { sessionId, ...released }
}

interface Waiting {
  id: string
  userId: string
  units: number
  unitPriceIdr: Rupiah
  shippingIdr: Rupiah
  totalIdr: Rupiah
  courierCompany: string
  courierType: string
  address: AddressSnapshot
  paymentId: string
  items: { variantId: string; quantity: number }[]
}

/** Paid participants without an order, oldest paid first. */
async function waitingParticipants(work: Work, sessionId: string): Promise<Waiting[]> {
  const { rows } = await sql<Waiting>`
    select p.id, p.user_id, p.units, p.unit_price_idr, p.shipping_idr, p.total_idr, p.courier_company, p.courier_type,
      p.address, y.id as payment_id, i.items
    from group_participants p
    join payments y on y.participant_id = p.id and y.status in ('paid', 'partially_refunded')
    join lateral (
      select jsonb_agg(jsonb_build_object('variantId', variant_id, 'quantity', quantity)) as items
      from participant_items where participant_id = p.id
    ) i on true
    where p.session_id = ${sessionId} and p.status = 'paid' order by p.paid_at, p.id`.execute(work.tx)
  return rows
}

async function makeOrders(
  work: Work,
  session: LockedSession,
  waiting: readonly Waiting[],
): Promise<{ count: number; amountIdr: Rupiah }> {
  const finalIdr = session.finalUnitPriceIdr
  if (finalIdr === null) throw new Error(`session ${session.code} closed without a price`)
  const orders = await createSessionOrders(work, {
    sessionId: session.id,
    lines: waiting.map((one) => ({
      participantId: one.id,
      userId: one.userId,
      paymentId: one.paymentId,
      address: one.address,
      courierCompany: one.courierCompany,
      courierType: one.courierType,
      shippingIdr: one.shippingIdr,
      allocated: true,
      items: one.items.map((item) => ({
        ...item,
        unitPriceIdr: finalIdr,
        commissionBps: session.commissionBps,
      })),
    })),
  })
  const made = new Map(orders.map((order) => [order.participantId, order]))
  await handOverReservation(work, {
    sessionId: session.id,
    orders: waiting.map((one) => ({ orderId: orderOf(made, one).orderId, lines: one.items })),
  })
  await sql`
    update group_participants set status = 'ordered'
    where id = any(${waiting.map((one) => one.id)}::uuid[]) and status = 'paid'`.execute(work.tx)
  return await releaseEscrow(
    work,
    waiting.map((one) => ({
      participantId: one.id,
      sessionId: session.id,
      paymentId: one.paymentId,
      userId: one.userId,
      paidIdr: one.totalIdr,
      shippingIdr: one.shippingIdr,
      rebateIdr: rebateOf(one.units, one.unitPriceIdr, finalIdr),
      items: orderOf(made, one).items,
    })),
  )
}

function orderOf<O>(made: ReadonlyMap<string, O>, one: Waiting): O {
  const order = made.get(one.id)
  if (!order) throw new Error(`participant ${one.id} got no order`)
  return order
}

/** Nobody waits any more: through orders_created to success. */
async function succeed(
  work: Work,
  session: LockedSession,
  released: { count: number; amountIdr: Rupiah },
): Promise<void> {
  const { id, code, status } = session
  if (status === 'success') return
  await sql`
    update group_buying_sessions set status = 'success', updated_at = ${work.now} where id = ${id}`.execute(
    work.tx,
  )
  const subject = { sessionId: id, code }
  if (status !== 'orders_created') {
    const payload = { ...subject, orders: released.count, releasedIdr: released.amountIdr }
    work.emit({ type: 'session.orders_created', aggregate: ['session', id], payload })
  }
  work.emit({ type: 'session.succeeded', aggregate: ['session', id], payload: subject })
}
