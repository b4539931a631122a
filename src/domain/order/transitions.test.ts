import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, system, type TestLaku } from '../../../test/laku.ts'
import type { Buyer } from '../../../test/market.ts'
import { customer, orderChoreography, refusal, Storefront } from '../../../test/storefront.ts'
import { type Actor, newId, type Work } from '../kernel/index.ts'
import { shipmentTransitions } from '../logistics/index.ts'
import { countUse } from '../ops/index.ts'
import { earnOrders } from './fulfilment/earn.ts'
import {
  applyShipmentStatus,
  cancelOrder,
  completeOrders,
  markOrdersPaid,
  markOrdersRefunded,
  type OrderStatus,
  orderTransitions,
  reopenPayment,
  requestReturn,
  type StatusByHand,
  setOrderStatus,
  startProcessing,
  statesByHand,
} from './index.ts'

const statuses = Object.keys(orderTransitions) as OrderStatus[]

let laku: TestLaku
let shop: Storefront
let ana: Buyer
let order: { id: string; code: string; paymentId: string; totalIdr: number }

beforeAll(async () => {
  laku = await openTestLaku({ sandbox: true, choreography: orderChoreography, jobs: [] })
  shop = await Storefront.open(laku)
  await shop.market.addStock(100)
  ana = (await shop.market.buyers(1))[0]!
  const placed = await shop.paidOrder(ana, 2)
  order = { ...placed.order, paymentId: placed.payment.id }
})
afterAll(() => laku.close())

class Enough extends Error {}

type Uses = Record<string, (work: Work) => Promise<unknown>>

/**
 * Puts the order into a state and tries each of these uses from it, in a transaction that is rolled back and
 * without reactions. Returns for each use the code of its refusal and the order's state afterwards.
 */
async function from(status: OrderStatus, uses: Uses, actor: Actor = admin) {
  const outcomes: Record<string, { code: string; status: OrderStatus }> = {}
  await laku
    .as(actor, async (work) => {
      await sql`
        update orders set status = ${status}, return_until = ${work.now}::timestamptz + interval '1 hour'
        where id = ${order.id}`.execute(work.tx)
      if (status === 'return_requested') await insertReturn(work)
      for (const [name, use] of Object.entries(uses)) {
        await sql`savepoint before`.execute(work.tx)
        const code = await refusal(use(work))
        const { rows } = await sql<{ status: OrderStatus }>`
          select status from orders where id = ${order.id}`.execute(work.tx)
        outcomes[name] = { code, status: rows[0]?.status as OrderStatus }
        await sql`rollback to savepoint before`.execute(work.tx)
      }
      throw new Enough()
    })
    .catch((error: unknown) => {
      if (!(error instanceof Enough)) throw error
    })
  return outcomes
}

async function one(status: OrderStatus, use: (work: Work) => Promise<unknown>, actor?: Actor) {
  const { only } = await from(status, { only: use }, actor)
  if (!only) throw new Error('nothing came of it')
  return only
}

async function insertReturn(work: Work): Promise<void> {
  await sql`
    with asked as (
      insert into order_returns (id, order_id, user_id, reason, requested_at)
      values (${newId()}, ${order.id}, ${ana.id}, 'other', ${work.now}) returning id
    )
    insert into order_return_items (return_id, order_item_id, quantity)
    select asked.id, i.id, i.quantity from asked, order_items i where i.order_id = ${order.id}`.execute(
    work.tx,
  )
}

const event = <T>(type: string, payload: T) =>
  ({
    id: newId(),
    type,
    aggregateKind: 'x',
    aggregateId: order.id,
    payload,
    occurredAt: laku.clock.now(),
    actor: system,
  }) as never

/** Returns all states that can be reached from a state, in any number of steps. */
function reachable(start: OrderStatus): Set<OrderStatus> {
  const seen = new Set<OrderStatus>()
  const next = [start]
  for (let state = next.pop(); state; state = next.pop()) {
    for (const to of orderTransitions[state]) {
      if (seen.has(to)) continue
      seen.add(to)
      next.push(to)
    }
  }
  return seen
}

/** Moves that the state machine allows and that staff may not make by hand. */
const refusedByHand: Record<string, string> = {
  // The refund that is under way decides.
  'cancelled refunded': 'order.refund_decided',
  'failed refunded': 'order.refund_decided',
}

describe.each(statuses)('from %s', (status) => {
  const legal = (to: OrderStatus) => orderTransitions[status].includes(to)

  it('by hand it goes where the table says, and nowhere else', async () => {
    const set = (to: StatusByHand) => async (work: Work) => {
      // Only money that was earned can be returned.
      if (status === 'return_requested') await earnOrders(work, [order.id])
      await setOrderStatus(work, { order: order.id, status: to, reason: 'a test' })
    }
    const uses = statesByHand.map((to) => [to, set(to)])
    const outcomes = await from(status, Object.fromEntries(uses))
    const codes = Object.entries(outcomes).map(([to, { code }]) => [to, code])
    const expected = statesByHand.map((to) => [
      to,
      legal(to) ? (refusedByHand[`${status} ${to}`] ?? 'ok') : 'kernel.illegal_transition',
    ])
    expect(codes).toEqual(expected)
    for (const [to, { code, status: after }] of Object.entries(outcomes)) {
      // A refund that was decided has not arrived yet.
      const arrived = code !== 'ok' || to === 'refunded' ? status : to
      expect([to, after]).toEqual([to, arrived])
    }
  })

  it('it is cancelled where the table says', async () => {
    const { code } = await one(status, (work) => cancelOrder(work, { order: order.id }))
    expect(code).toBe(legal('cancelled') ? 'ok' : 'kernel.illegal_transition')
  })

  it('its buyer may send it back where the table says', async () => {
    const ask = (work: Work) => requestReturn(work, { order: order.id, reason: 'other' })
    const { code } = await one(status, ask, customer(ana))
    const over = status === 'completed' ? 'order.return_window_over' : 'kernel.illegal_transition'
    expect(code).toBe(legal('return_requested') ? 'ok' : over)
  })

  it('a fresh payment is for one whose invoice expired', async () => {
    const reopen = async (work: Work) => {
      await sql`update orders set status_reason = 'payment_expired' where id = ${order.id}`.execute(work.tx)
      await reopenPayment(work, { orderId: order.id }, shop.settings)
    }
    const { code } = await one(status, reopen, customer(ana))
    const refused = status === 'pending_payment' ? 'order.payment_open' : 'order.not_payable'
    expect(code).toBe(legal('pending_payment') ? 'ok' : refused)
  })

  it('a payment pays only one that waits for it', async () => {
    const { id: orderId, paymentId, totalIdr: amountIdr } = order
    const payment = { paymentId, code: 'PAY', userId: ana.id, sessionId: null, participantId: null }
    const pay = (work: Work) =>
      markOrdersPaid(work, [event('payment.paid', { ...payment, orderId, amountIdr })])
    const after = await one(status, pay)
    expect(after).toEqual({ code: 'ok', status: legal('paid') ? 'paid' : status })
  })

  it('time completes only one that is delivered', async () => {
    const wait = async (work: Work) => {
      await sql`update orders set return_until = ${work.now} where id = ${order.id}`.execute(work.tx)
      await completeOrders(work, 10)
    }
    expect((await one(status, wait)).status).toBe(legal('completed') ? 'completed' : status)
  })

  it('a refund that arrived ends only one that waits for it', async () => {
    const succeed = async (work: Work) => {
      await sql`
        update payments set returned_idr = amount_idr, refunded_idr = amount_idr where id = ${order.paymentId}`.execute(
        work.tx,
      )
      await countUse(work, {
        kind: 'undeliverable',
        subject: ['order', order.id],
        receiver: 'user:x',
        amountIdr: 1,
      })
      await sql`
        insert into refunds (id, code, key, payment_id, amount_idr, reason, destination, status, created_at)
        values (${newId()}, 'RFD-TEST', ${`order:${order.id}:undeliverable`}, ${order.paymentId}, 1, 'x', 'wallet', 'succeeded',
          ${work.now})`.execute(work.tx)
      await markOrdersRefunded(work, [event('refund.succeeded', { paymentId: order.paymentId })])
    }
    expect(await one(status, succeed)).toEqual({
      code: 'ok',
      status: legal('refunded') ? 'refunded' : status,
    })
  })

  it('its parcel moves it only along the table, steps passed over', async () => {
    const uses = Object.keys(shipmentTransitions).map((to) => {
      const facts = {
        shipmentId: newId(),
        orderId: order.id,
        from: 'pending',
        to,
        waybill: null,
        trackingUrl: null,
      }
      const told = event('shipment.status_changed', { ...facts, failureCode: null })
      return [to, (work: Work) => applyShipmentStatus(work, [told])]
    })
    for (const [to, { code, status: after }] of Object.entries(
      await from(status, Object.fromEntries(uses)),
    )) {
      expect([to, code]).toEqual([to, 'ok'])
      if (after !== status) expect([to, reachable(status).has(after)]).toEqual([to, true])
    }
    const created = event('shipment.created', { shipmentId: newId(), orderId: order.id })
    const { status: after } = await one(status, (work) => startProcessing(work, [created]))
    expect(after).toBe(status === 'paid' || status === 'on_hold' ? 'processing' : status)
  })
})

it('no state of an order is a dead end but the last ones', () => {
  const ends = statuses.filter((status) => orderTransitions[status].length === 0)
  expect(ends).toEqual(['completed', 'refunded'])
  expect([...reachable('pending_payment')].sort()).toEqual([...statuses].sort())
})
