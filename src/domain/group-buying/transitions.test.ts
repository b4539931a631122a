import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, system, type TestLaku } from '../../../test/laku.ts'
import { type Buyer, groupChoreography, Market } from '../../../test/market.ts'
import { customer } from '../../../test/storefront.ts'
import { stateIn, tried } from '../../../test/tried.ts'
import { newId, secondsAfter, type Work } from '../kernel/index.ts'
import { adjustStock } from '../warehouse/index.ts'
import { markSessionsRefunded } from './fulfilment/mark-refunded.ts'
import {
  cancelSession,
  closeEarly,
  confirmParticipants,
  createOrdersOf,
  fulfilDemand,
  leaveSession,
  markParticipantsRefunded,
  openSession,
  type ParticipantStatus,
  participantTransitions,
  refundSession,
  releaseHolds,
  type SessionStatus,
  sessionTransitions,
} from './index.ts'
import { endSessions } from './lifecycle/close.ts'

let laku: TestLaku
let market: Market
let buyer: Buyer
let other: Buyer
let session: { id: string }
let place: { id: string; paymentId: string }

// There are no reactions, so every change below is made by the use case itself.
beforeAll(async () => {
  laku = await openTestLaku({
    choreography: { ...groupChoreography, 'session.cancelled': {}, 'session.failed': {}, 'stock.added': {} },
    jobs: [],
  })
  market = await Market.open(laku)
  ;[buyer, other] = (await market.buyers(2)) as [Buyer, Buyer]
  session = await market.session({ moq: 5 })
  const [joined] = await market.joinAndPay([buyer, other], session.id)
  place = { id: joined?.participation.id as string, paymentId: joined?.payment.id as string }
})
afterAll(() => laku.close())

const event = <T>(type: string, payload: T) =>
  ({
    id: newId(),
    type,
    aggregateKind: 'x',
    aggregateId: place.id,
    payload,
    occurredAt: laku.clock.now(),
    actor: system,
  }) as never

describe('a session moves along its table and nowhere else', () => {
  const states = Object.keys(sessionTransitions) as SessionStatus[]
  const sessionId = () => ({ sessionId: session.id, reason: 'a test' })
  const set = (status: SessionStatus) => async (work: Work) => {
    await sql`
      update group_buying_sessions set status = ${status}, final_unit_price_idr = 50000, final_min_units = 1 where id = ${session.id}`.execute(
      work.tx,
    )
    // A session is a success when no buyer waits.
    if (status === 'success')
      await sql`update group_participants set status = 'ordered' where session_id = ${session.id}`.execute(
        work.tx,
      )
  }
  const stock = (work: Work, change: number) =>
    adjustStock(work, { variantId: market.variantId, change, reason: 'counted' })
  const over = (work: Work) =>
    sql`, ends_at = ${secondsAfter(work.now, -1)}, starts_at = ${secondsAfter(work.now, -9)}`
  const nobodyPaid = (work: Work) =>
    sql`update payments set status = 'refunded' where session_id = ${session.id}`.execute(work.tx)

  /**
   * The acts on a session. If the state machine does not allow an act's result, the act must be refused or
   * change nothing.
   */
  const acts: Record<
    string,
    { to: SessionStatus[]; refused?: string; run: (work: Work) => Promise<unknown> }
  > = {
    open: {
      to: ['forming'],
      refused: 'kernel.illegal_transition',
      run: (work) => openSession(work, sessionId()),
    },
    close: {
      to: ['moq_reached'],
      refused: 'group_buying.session_not_forming',
      run: async (work) => {
        await sql`update group_buying_sessions set moq = 2 where id = ${session.id}`.execute(work.tx)
        await closeEarly(work, sessionId())
      },
    },
    cancel: {
      to: ['cancelled'],
      refused: 'kernel.illegal_transition',
      run: (work) => cancelSession(work, sessionId()),
    },
    'end below the MOQ': {
      to: ['failed'],
      run: async (work) => {
        await sql`update group_buying_sessions set status = status ${over(work)} where id = ${session.id}`.execute(
          work.tx,
        )
        await endSessions(work, [session.id])
      },
    },
    'end at the MOQ': {
      to: ['moq_reached'],
      run: async (work) => {
        await sql`update group_buying_sessions set moq = 2 ${over(work)} where id = ${session.id}`.execute(
          work.tx,
        )
        await endSessions(work, [session.id])
      },
    },
    'fulfil without stock': {
      to: ['pending_stock'],
      refused: 'group_buying.not_fulfillable',
      run: (work) => fulfilDemand(work, sessionId()),
    },
    'order for one of two': {
      to: ['orders_created'],
      refused: 'group_buying.not_fulfillable',
      run: async (work) => {
        await stock(work, 1)
        await createOrdersOf(work, sessionId())
      },
    },
    'order for all': {
      to: ['orders_created', 'success'],
      refused: 'group_buying.not_fulfillable',
      run: async (work) => {
        await stock(work, 2)
        await createOrdersOf(work, sessionId())
      },
    },
    'settle refunds': {
      to: ['refunded'],
      run: async (work) => {
        await nobodyPaid(work)
        await markSessionsRefunded(work, [session.id])
      },
    },
    refund: {
      to: ['cancelled', 'success'],
      refused: 'group_buying.not_refundable',
      run: (work) => refundSession(work, sessionId()),
    },
  }

  /** One act may pass through orders_created to success, if no buyer waits. */
  const leadsTo = (from: SessionStatus): Set<SessionStatus> => {
    const next = new Set(sessionTransitions[from])
    if (next.has('orders_created')) next.add('success')
    return next
  }

  const reached = new Set<string>()
  it.each(states)('from %s', async (from) => {
    for (const [name, { to, refused, run }] of Object.entries(acts)) {
      const read = stateIn<SessionStatus>('group_buying_sessions', session.id)
      const { code, status } = await tried(laku, { set: set(from), use: run, read })
      const legal = to.filter((sessionStatus) => leadsTo(from).has(sessionStatus))
      if (status !== from) {
        expect(legal, `${name}: ${from} -> ${status}`).toContain(status)
        reached.add(`${from} ${status}`)
      } else
        expect([name, code === 'ok' || code === refused || code === 'group_buying.stock_short']).toEqual([
          name,
          true,
        ])
    }
  })

  it('every move of the table was made', () => {
    const moves = states.flatMap((from) => sessionTransitions[from].map((to) => `${from} ${to}`))
    expect(moves.filter((move) => !reached.has(move))).toEqual([])
  })
})

describe('a participant moves along the table and nowhere else', () => {
  const states = Object.keys(participantTransitions) as ParticipantStatus[]
  const paid = { held: false, expired: false, paid: true, ordered: true, left: true, refunded: true }
  const set = (status: ParticipantStatus) => async (work: Work) => {
    await sql`update group_participants set status = ${status} where id = ${place.id}`.execute(work.tx)
    const units =
      status === 'held' ? sql`held_units = 1, paid_units = 1, participants = 1` : sql`held_units = 0`
    await sql`update group_buying_sessions set ${units} where id = ${session.id}`.execute(work.tx)
    if (!paid[status])
      await sql`update payments set status = 'pending' where id = ${place.paymentId}`.execute(work.tx)
  }
  const subject = () => ({
    paymentId: place.paymentId,
    code: 'PAY',
    userId: buyer.id,
    sessionId: session.id,
    participantId: place.id,
    orderId: null,
    amountIdr: 60_000,
  })
  const confirm = async (work: Work) => {
    await sql`update payments set status = 'paid' where id = ${place.paymentId}`.execute(work.tx)
    await confirmParticipants(work, [event('payment.paid', subject())])
  }
  const acts: Record<string, { to: ParticipantStatus; run: (work: Work) => Promise<unknown> }> = {
    'its payment is confirmed': { to: 'paid', run: confirm },
    'its payment expires': {
      to: 'expired',
      run: (work) => releaseHolds(work, [event('payment.expired', subject())]),
    },
    'its buyer leaves': { to: 'left', run: (work) => leaveSession(work, { sessionId: session.id }) },
    'its order is made': {
      to: 'ordered',
      run: async (work) => {
        await sql`
          update group_buying_sessions set status = 'moq_reached', final_unit_price_idr = 50000, final_min_units = 1 where id = ${session.id}`.execute(
          work.tx,
        )
        await sql`update group_participants set status = 'refunded' where id <> ${place.id}`.execute(work.tx)
        await adjustStock(work, { variantId: market.variantId, change: 2, reason: 'counted' })
        await createOrdersOf(work, { sessionId: session.id })
      },
    },
    'its refund arrives': {
      to: 'refunded',
      run: async (work) => {
        await sql`update payments set status = 'refunded' where id = ${place.paymentId}`.execute(work.tx)
        await markParticipantsRefunded(work, [event('refund.succeeded', subject())])
      },
    },
  }

  const reached = new Set<string>()
  it.each(states)('from %s', async (from) => {
    for (const [name, { to, run }] of Object.entries(acts)) {
      const read = stateIn<ParticipantStatus>('group_participants', place.id)
      const by = name.includes('buyer') ? customer(buyer) : admin
      const { status } = await tried(laku, { set: set(from), use: run, read }, by)
      const legal = participantTransitions[from].includes(to)
      expect([name, status]).toEqual([name, legal ? to : from])
      if (legal) reached.add(`${from} ${to}`)
    }
  })

  it('every move of the table was made', () => {
    const moves = states.flatMap((from) => participantTransitions[from].map((to) => `${from} ${to}`))
    expect(moves.filter((move) => !reached.has(move))).toEqual([])
  })
})
