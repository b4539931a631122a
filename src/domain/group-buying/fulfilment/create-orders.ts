import { moveState, type Rupiah, requireStaff, type Work } from '../../kernel/index.ts'
import { goOnAllocated, type HeldOrder, heldSessionOrders } from '../../order/index.ts'
import { lockEscrowPayments } from '../../payment/index.ts'
import { handOverReservation, releaseStock, reservedFor } from '../../warehouse/index.ts'
import { groupBuyingErrors } from '../errors.ts'
import type { SessionMoney } from '../lifecycle/cancel.ts'
import { type LockedSession, lockSession } from '../lifecycle/lock.ts'
import { coveredInTurn } from '../rules.ts'
import { sessionMachine } from '../transitions.ts'
import { requireFulfillable, reserveFor } from './fulfil-demand.ts'
import { makeOrders, waitingParticipants } from './make-orders.ts'

export interface SessionOrders {
  sessionId: string
  /** The number of orders that this call created; 0 if all orders existed before. */
  count: number
  orderIdsUrl: string
}

/**
 * Creates the orders of a session: the second step of fulfilment (service map: `POST /api/orders/bulk`). The
 * call first reserves stock that is not reserved yet. Then each paid participant without an order gets one,
 * if the stock covers all of the participant's units. The oldest payment comes first.
 *
 * The orders take over the reserved stock, and the participants' escrow is released at the final price, with
 * the rebates. All of it runs in one transaction with a fixed number of statements. A repeated call after
 * success returns count 0.
 * @throws group_buying.session_not_found, not_fulfillable, stock_short where the stock covers nobody,
 * kernel.forbidden
 */
export async function createOrdersOf(work: Work, input: { sessionId: string }): Promise<SessionOrders> {
  requireStaff(work.actor, 'warehouse', 'service')
  const { count } = await orderAll(work, input.sessionId)
  return { sessionId: input.sessionId, count, orderIdsUrl: `/api/orders?session_id=${input.sessionId}` }
}

/**
 * Releases the escrow of a session (service map: `POST /api/payments/release-escrow`). Escrow is released
 * only when orders are created, in the same transaction. So this call creates the missing orders. If no order
 * is missing, it returns count 0.
 * @throws as createOrdersOf
 */
export async function releaseEscrowOf(work: Work, input: { sessionId: string }): Promise<SessionMoney> {
  requireStaff(work.actor, 'finance', 'service')
  const released = await orderAll(work, input.sessionId)
  const { count, amountIdr } = released
  if (count > 0) {
    const after = { orders: count, releasedIdr: amountIdr }
    work.audit({ command: 'payments release-escrow', subject: ['session', input.sessionId], after })
  }
  return released
}

async function orderAll(work: Work, sessionId: string): Promise<SessionMoney> {
  const session = await lockFulfillable(work, sessionId)
  const { missing } = await reserveFor(work, session)
  // The session is read again, because `reserveFor` moves it to pending_stock if stock is short.
  const ordered = await orderCovered(work, await lockSession(work.tx, sessionId))
  if (ordered.count === 0 && ordered.waiting > 0)
    throw groupBuyingErrors.stock_short({ code: session.code, missing })
  return { sessionId, count: ordered.count, amountIdr: ordered.amountIdr }
}

/** Creates the orders that the session's reserved stock covers now. Returns how many orders were created. */
export async function createCoveredOrders(work: Work, sessionId: string): Promise<number> {
  return (await orderCovered(work, await lockFulfillable(work, sessionId))).count
}

/**
 * Creates the orders of all waiting participants without checking the stock. The orders are on hold until
 * there is stock. Fulfilment calls this function after the check of the stock has failed too often (service
 * map, failure modes: warehouse). If the stock was checked and is short, this function creates no orders,
 * because the session waits for stock.
 */
export async function createUncheckedOrders(work: Work, sessionId: string): Promise<number> {
  const session = await lockFulfillable(work, sessionId)
  if (session.status !== 'moq_reached') return 0
  const made = await makeOrders(work, session, await waitingParticipants(work, sessionId), 'unchecked')
  await moveOn(work, session, made, true)
  work.requestAttention({
    kind: 'session_stock_unchecked',
    subject: ['session', sessionId],
    message: `${session.code} has ${made.count} orders on hold, because its stock could not be checked. Check and reserve the stock.`,
    command: `laku sessions fulfil ${session.code}`,
  })
  return made.count
}

async function lockFulfillable(work: Work, sessionId: string): Promise<LockedSession> {
  await lockEscrowPayments(work.tx, [sessionId])
  const session = await lockSession(work.tx, sessionId)
  requireFulfillable(session)
  return session
}

interface Ordered {
  /** The number of orders that this call created for the session. */
  count: number
  amountIdr: Rupiah
  /** The number of the session's participants that still wait for an order. */
  waiting: number
}

/**
 * Gives the reserved stock of a session to the orders and participants that wait for stock. Orders on hold
 * come first, because they were paid earlier; then participants, oldest payment first.
 */
async function orderCovered(work: Work, session: LockedSession): Promise<Ordered> {
  const { id } = session
  const reserved = await reservedFor(work.tx, id)
  const held = await heldSessionOrders(work.tx, id)
  const waiting = await waitingParticipants(work, id)
  const covered = new Set(coveredInTurn([...held, ...waiting], reserved))
  const allocated = held.filter((order) => covered.has(order))
  const ordering = waiting.filter((participant) => covered.has(participant))
  await allocate(work, session, allocated)
  const made = await makeOrders(work, session, ordering, 'reserved')
  const left = { waiting: waiting.length - ordering.length, held: held.length - allocated.length }
  await moveOn(work, session, made, left.waiting + left.held > 0)
  return { ...made, waiting: left.waiting }
}

async function allocate(work: Work, session: LockedSession, orders: readonly HeldOrder[]): Promise<void> {
  const waited = await goOnAllocated(
    work,
    orders.map((order) => order.id),
  )
  await handOverReservation(work, {
    sessionId: session.id,
    orders: orders.flatMap(({ id, lines }) => (waited.has(id) ? [{ orderId: id, lines }] : [])),
  })
}

/**
 * Moves a session to its next status after some of its orders were created: `orders_created` while some
 * members still wait for stock, or `success` if nobody waits.
 */
async function moveOn(
  work: Work,
  session: LockedSession,
  made: { count: number; amountIdr: Rupiah },
  someWait: boolean,
): Promise<void> {
  const { id, code, status } = session
  const subject = { sessionId: id, code }
  if (made.count > 0) {
    const payload = { ...subject, orders: made.count, releasedIdr: made.amountIdr }
    work.emit({ type: 'session.orders_created', aggregate: ['session', id], payload })
  }
  const to = someWait ? (made.count > 0 ? 'orders_created' : status) : 'success'
  if (to === status) return
  await moveState(work, sessionMachine, { to, ids: [id], set: { updatedAt: work.now }, all: true })
  if (to !== 'success') return
  // If buyers were refunded after the reservation, some stock is still reserved for the session. Nobody waits
  // for this stock, so it is released.
  await releaseStock(work, [id])
  work.emit({ type: 'session.succeeded', aggregate: ['session', id], payload: subject })
}
