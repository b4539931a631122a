import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, type TestLaku } from '../../../../test/laku.ts'
import { type Buyer, groupChoreography, Market } from '../../../../test/market.ts'
import { secondsAfter } from '../../kernel/index.ts'
import { balanceIdr, escrow, factoryAccount, walletAccount } from '../../ledger/index.ts'
import {
  cancelSession,
  checkSession,
  createOrdersOf,
  createSession,
  escrowPayment,
  fulfilDemand,
  fulfilSession,
  listSessions,
  refundSession,
  releaseEscrowOf,
  sessionsDue,
  sweepSessions,
} from '../index.ts'

let laku: TestLaku
let market: Market

beforeAll(async () => {
  laku = await openTestLaku({ watched: true, choreography: groupChoreography, jobs: [] })
  market = await Market.open(laku)
})
afterEach(async () => {
  await market.expectAllTrue()
})
afterAll(async () => {
  await laku.close()
})

const tiers = [
  { minUnits: 1, unitPriceIdr: 50_000 },
  { minUnits: 4, unitPriceIdr: 40_000 },
]
const balance = (key: Parameters<typeof balanceIdr>[1]) => laku.system((work) => balanceIdr(work.tx, key))
const sweep = () => laku.system(sweepSessions)
const fulfil = (sessionId: string) => fulfilSession({ unitOfWork: laku.unitOfWork, actor: admin }, sessionId)

async function isDue(): Promise<boolean> {
  const { rows } = await sql<{ due: boolean }>`select ${sessionsDue(laku.clock.now())} as due`.execute(
    laku.db,
  )
  return rows[0]?.due ?? false
}

describe('making a session', () => {
  it('opens at once, or at its time, or by hand', async () => {
    const open = await market.session()
    const planned = await market.session({ startsAt: secondsAfter(laku.clock.now(), 60) })
    const draft = await market.session({ status: 'draft' })
    expect([open.status, planned.status, draft.status]).toEqual(['forming', 'draft', 'draft'])
    expect(await isDue()).toBe(false)
    laku.clock.shift(61)
    expect(await isDue()).toBe(true)
    await sweep()
    expect((await market.see(planned.id)).status).toBe('forming')
    expect((await market.see(draft.id)).status).toBe('draft')
    expect(await isDue()).toBe(false)
    const { data } = await laku.system((work) => listSessions(work.tx, { limit: 100 }))
    expect(data.some((session) => session.id === draft.id)).toBe(false)
  })

  it('is paged by keyset, newest first', async () => {
    await market.session()
    const first = await laku.system((work) => listSessions(work.tx, { limit: 1 }))
    const second = await laku.system((work) => listSessions(work.tx, { limit: 1, cursor: first.nextCursor! }))
    expect(second.data[0]!.id < first.data[0]!.id).toBe(true)
  })

  it('needs an active product, an end in the future and somebody of the staff', async () => {
    const input = { productId: market.productId, moq: 2, tiers, endsAt: secondsAfter(laku.clock.now(), 60) }
    const make = (change: object) => laku.as(admin, (work) => createSession(work, { ...input, ...change }))
    await expect(make({ endsAt: laku.clock.now() })).rejects.toMatchObject({
      code: 'group_buying.invalid_period',
    })
    await expect(make({ tiers: [] })).rejects.toMatchObject({ code: 'group_buying.invalid_tiers' })
    await expect(make({ productId: market.variantId })).rejects.toMatchObject({
      code: 'group_buying.product_not_found',
    })
    const buyer = (await market.buyers(1))[0] as Buyer
    const asBuyer = laku.as({ kind: 'customer', id: buyer.id }, (work) => createSession(work, input))
    await expect(asBuyer).rejects.toMatchObject({ code: 'kernel.forbidden' })
    await sql`update products set status = 'inactive' where id = ${market.productId}`.execute(laku.db)
    await expect(make({})).rejects.toMatchObject({ code: 'group_buying.product_not_active' })
    await sql`update products set status = 'active' where id = ${market.productId}`.execute(laku.db)
  })
})

describe('success from stock', () => {
  it('closes at the MOQ, frees the unpaid, makes the orders and releases the escrow with the rebate', async () => {
    await market.addStock(100)
    const [a, b, idle] = await market.buyers(3)
    const session = await market.session({ moq: 4, tiers })
    const unpaid = await market.join(idle!, session.id)
    const before = await balance(factoryAccount(market.factoryId))
    await market.joinAndPay([a!, b!], session.id, 2)
    expect(await market.see(session.id)).toMatchObject({
      status: 'moq_reached',
      paidUnits: 4,
      heldUnits: 0,
      participants: 2,
      finalUnitPriceIdr: 40_000,
    })
    expect(await market.statusOf(unpaid.participation.id)).toBe('expired')
    expect(await balance(escrow(session.id))).toBe(2 * 110_000)
    expect(await fulfil(session.id)).toBe(2)
    expect((await market.see(session.id)).status).toBe('success')
    expect(await balance(escrow(session.id))).toBe(0)
    expect(await balance(walletAccount(a!.id))).toBe(20_000)
    // The factory gets 4 x 40,000 less 5 %.
    expect((await balance(factoryAccount(market.factoryId))) - before).toBe(152_000)
    const events = await market.eventsOf(session.id)
    expect(events).toEqual([
      'session.created',
      'session.opened',
      'session.moq_reached',
      'stock.reserved',
      'session.orders_created',
      'session.succeeded',
    ])
  })

  it('repeats nothing, by whichever door it is asked again', async () => {
    const [buyer] = await market.buyers(1)
    const session = await market.session({ moq: 1 })
    await market.joinAndPay([buyer!], session.id)
    const input = { sessionId: session.id }
    expect(await laku.as(admin, (work) => fulfilDemand(work, input))).toMatchObject({
      outcome: 'reserved',
      reservations: [{ variantId: market.variantId, quantity: 1 }],
    })
    expect(await laku.as(admin, (work) => fulfilDemand(work, input))).toMatchObject({ outcome: 'reserved' })
    expect(await laku.as(admin, (work) => createOrdersOf(work, input))).toMatchObject({ count: 1 })
    expect(await laku.as(admin, (work) => createOrdersOf(work, input))).toMatchObject({ count: 0 })
    expect(await laku.as(admin, (work) => releaseEscrowOf(work, input))).toMatchObject({
      count: 0,
      amountIdr: 0,
    })
    expect(await laku.as(admin, (work) => fulfilDemand(work, input))).toMatchObject({
      outcome: 'reserved',
      reservations: [],
    })
    expect(await fulfil(session.id)).toBe(0)
    const refund = laku.as(admin, (work) => refundSession(work, input))
    await expect(refund).rejects.toMatchObject({ code: 'group_buying.not_refundable' })
  })

  it('twice at the same moment makes each order once', async () => {
    const buyers = await market.buyers(20)
    const session = await market.session({ moq: 20 })
    await market.joinAndPay(buyers, session.id)
    const made = await Promise.all([1, 2, 3].map(() => fulfil(session.id)))
    expect(made.reduce((sum, count) => sum + count, 0)).toBe(20)
    expect((await market.see(session.id)).status).toBe('success')
  })

  it('waits for stock, tells a person what to bring in where no purchase order may, and goes on when it comes', async () => {
    const [buyer] = await market.buyers(1)
    const own = await Market.open(laku)
    await own.bundles({ wholesaleUnit: 12, maxExcessUnits: 0 })
    const session = await own.session({ moq: 3 })
    await own.joinAndPay([buyer!], session.id, 3)
    await own.addStock(1)
    expect(await fulfil(session.id)).toBe(0)
    expect((await own.see(session.id)).status).toBe('pending_stock')
    const { rows } = await sql<{ command: string }>`
      select command from attention where subject_id = ${session.id}`.execute(laku.db)
    expect(rows).toEqual([
      { command: `laku purchase-orders create --session ${session.code} --line ${own.sku}=2 --send` },
    ])
    const orders = laku.as(admin, (work) => createOrdersOf(work, { sessionId: session.id }))
    await expect(orders).rejects.toMatchObject({ code: 'group_buying.stock_short' })
    await own.addStock(2)
    expect(await own.eventsOf(session.id)).toContain('session.fulfilment_due')
    expect(await fulfil(session.id)).toBe(1)
    expect((await own.see(session.id)).status).toBe('success')
  })
})

describe('at_deadline', () => {
  it('stays open past its MOQ, refuses to be left there, and prices by what was sold', async () => {
    await market.addStock(100)
    const buyers = await market.buyers(4)
    const session = await market.session({ moq: 2, closePolicy: 'at_deadline', capacity: 10, tiers })
    await market.joinAndPay(buyers.slice(0, 1), session.id)
    await market.leave(buyers[0]!, session.id)
    expect(await balance(walletAccount(buyers[0]!.id))).toBe(60_000)
    await market.joinAndPay(buyers, session.id)
    expect(await market.see(session.id)).toMatchObject({ status: 'forming', paidUnits: 4, participants: 4 })
    await expect(market.leave(buyers[0]!, session.id)).rejects.toMatchObject({
      code: 'group_buying.leave_refused',
    })
    laku.clock.shift(24 * 3600)
    await sweep()
    expect(await market.see(session.id)).toMatchObject({ status: 'moq_reached', finalUnitPriceIdr: 40_000 })
    expect(await fulfil(session.id)).toBe(4)
  })

  it('closes when its capacity is sold', async () => {
    const buyers = await market.buyers(2)
    const session = await market.session({ moq: 1, closePolicy: 'at_deadline', capacity: 4, tiers })
    await market.joinAndPay(buyers, session.id, 2)
    expect((await market.see(session.id)).status).toBe('moq_reached')
  })
})

describe('failure', () => {
  it('below the MOQ at the end refunds everybody in full, and ends refunded', async () => {
    const [a, b, idle] = await market.buyers(3)
    const session = await market.session({ moq: 5, tiers })
    await market.joinAndPay([a!, b!], session.id, 2)
    const unpaid = await market.join(idle!, session.id)
    laku.clock.shift(24 * 3600)
    await sweep()
    expect(await market.see(session.id)).toMatchObject({ status: 'refunded', paidUnits: 0, heldUnits: 0 })
    expect(await market.statusOf(unpaid.participation.id)).toBe('expired')
    expect(await balance(walletAccount(a!.id))).toBe(110_000)
    expect(await balance(escrow(session.id))).toBe(0)
    expect(await laku.as(admin, (work) => refundSession(work, { sessionId: session.id }))).toMatchObject({
      count: 0,
    })
  })

  it('of a session that nobody joined leaves nothing to refund', async () => {
    const session = await market.session()
    laku.clock.shift(24 * 3600)
    await sweep()
    expect((await market.see(session.id)).status).toBe('refunded')
  })

  it('at the MOQ when the time runs out it succeeds', async () => {
    const buyers = await market.buyers(2)
    const session = await market.session({ moq: 2, closePolicy: 'at_deadline' })
    await market.joinAndPay(buyers, session.id)
    laku.clock.shift(24 * 3600)
    const { ended, session: seen } = await laku.as(admin, (work) => checkSession(work, session.code))
    expect([ended, seen.status]).toEqual([true, 'moq_reached'])
  })

  it('by staff needs a reason, gives reserved stock back and refunds', async () => {
    await market.addStock(10)
    const [buyer] = await market.buyers(1)
    const session = await market.session({ moq: 1 })
    await market.joinAndPay([buyer!], session.id)
    await laku.as(admin, (work) => fulfilDemand(work, { sessionId: session.id }))
    const input = { sessionId: session.id }
    const unsaid = laku.as({ ...admin, reason: undefined } as never, (work) => cancelSession(work, input))
    await expect(unsaid).rejects.toMatchObject({ code: 'kernel.reason_required' })
    await laku.as(admin, (work) => cancelSession(work, { ...input, reason: 'factory burnt down' }))
    expect((await market.see(session.id)).status).toBe('refunded')
    expect(await balance(walletAccount(buyer!.id))).toBe(60_000)
    const { rows } =
      await sql`select from stock_reservations where subject_id = ${session.id} and status = 'open'`.execute(
        laku.db,
      )
    expect(rows).toHaveLength(0)
    await expect(fulfil(session.id)).rejects.toMatchObject({ code: 'group_buying.not_fulfillable' })
  })

  it('issue 11, case 12: by refund-session is refused while it forms, as its sisters are, and changes nothing', async () => {
    const buyers = await market.buyers(1)
    const session = await market.session({ moq: 5 })
    await market.joinAndPay(buyers, session.id)
    const refund = laku.as(admin, (work) => refundSession(work, { sessionId: session.id }))
    await expect(refund).rejects.toMatchObject({ code: 'group_buying.not_refundable', kind: 'conflict' })
    expect(await market.see(session.id)).toMatchObject({ status: 'forming', paidUnits: 1 })
  })

  it('by refund-session cancels what reached its MOQ and has no orders', async () => {
    const buyers = await market.buyers(2)
    const session = await market.session({ moq: 2 })
    await market.joinAndPay(buyers, session.id)
    const refund = () => laku.as(admin, (work) => refundSession(work, { sessionId: session.id }))
    expect(await refund()).toEqual({ sessionId: session.id, count: 2, amountIdr: 120_000 })
    expect((await market.see(session.id)).status).toBe('refunded')
    expect(await refund()).toEqual({ sessionId: session.id, count: 0, amountIdr: 0 })
  })
})

describe('a place', () => {
  it('whose payment expired is free for others; money that comes later goes back by itself', async () => {
    const [a, b] = await market.buyers(2)
    const session = await market.session({ moq: 3, capacity: 3 })
    const { participation, payment } = await market.join(a!, session.id, 3)
    await market.expire(payment.id)
    expect(await market.statusOf(participation.id)).toBe('expired')
    await market.join(b!, session.id, 3)
    await market.pay(payment.id)
    expect(await market.statusOf(participation.id)).toBe('expired')
    expect(await balance(walletAccount(a!.id))).toBe(160_000)
    expect(await market.see(session.id)).toMatchObject({ status: 'forming', heldUnits: 3, paidUnits: 0 })
  })

  it('paid after the close is refunded', async () => {
    const [a, b] = await market.buyers(2)
    const session = await market.session({ moq: 1 })
    const late = await market.join(a!, session.id)
    await market.joinAndPay([b!], session.id)
    await market.pay(late.payment.id)
    expect(await balance(walletAccount(a!.id))).toBe(60_000)
    expect(await market.see(session.id)).toMatchObject({ status: 'moq_reached', paidUnits: 1 })
  })

  it('paid in one batch beyond the MOQ counts whole', async () => {
    const buyers = await market.buyers(5)
    const session = await market.session({ moq: 3 })
    await market.joinAndPay(buyers, session.id)
    expect(await market.see(session.id)).toMatchObject({
      status: 'moq_reached',
      paidUnits: 5,
      participants: 5,
    })
  })

  it('that is left unpaid is free, can be taken again, and takes no late money', async () => {
    const [buyer] = await market.buyers(1)
    const session = await market.session()
    const first = await market.join(buyer!, session.id)
    expect(await market.leave(buyer!, session.id)).toMatchObject({ refundIdr: 0 })
    await expect(market.leave(buyer!, session.id)).rejects.toMatchObject({ code: 'group_buying.not_joined' })
    await market.join(buyer!, session.id, 2)
    await market.pay(first.payment.id)
    expect(await balance(walletAccount(buyer!.id))).toBe(60_000)
    expect(await market.see(session.id)).toMatchObject({ heldUnits: 2, paidUnits: 0 })
  })

  it('has its payment by the internal call', async () => {
    const [buyer] = await market.buyers(1)
    const session = await market.session()
    const { participation, payment } = await market.join(buyer!, session.id)
    const input = { participantId: participation.id, publicUrl: 'http://laku.test' }
    expect((await laku.as(admin, (work) => escrowPayment(work, input))).id).toBe(payment.id)
  })

  it('payment against expiry: the place and the money agree, whoever wins', async () => {
    for (let round = 0; round < 5; round++) {
      const [buyer] = await market.buyers(1)
      const session = await market.session()
      const { participation, payment } = await market.join(buyer!, session.id)
      await Promise.all([market.pay(payment.id), market.expire(payment.id)])
      const status = await market.statusOf(participation.id)
      const refunded = await balance(walletAccount(buyer!.id))
      expect([status, refunded]).toEqual(status === 'paid' ? ['paid', 0] : ['expired', 60_000])
    }
  })

  it('payment against leaving: never both kept and refunded', async () => {
    for (let round = 0; round < 5; round++) {
      const [buyer] = await market.buyers(1)
      const session = await market.session()
      const { payment } = await market.join(buyer!, session.id)
      await Promise.all([market.pay(payment.id), market.leave(buyer!, session.id)])
      expect(await balance(walletAccount(buyer!.id))).toBe(60_000)
      expect(await market.see(session.id)).toMatchObject({ heldUnits: 0, paidUnits: 0 })
    }
  })
})

describe('the sweep', () => {
  it('brings back a session whose fulfilment was lost, once in ten minutes', async () => {
    const [buyer] = await market.buyers(1)
    const session = await market.session({ moq: 1 })
    await market.joinAndPay([buyer!], session.id)
    laku.clock.shift(601)
    await sweep()
    await sweep()
    const events = await market.eventsOf(session.id)
    expect(events.filter((type) => type === 'session.fulfilment_due')).toHaveLength(1)
  })
  it('finds a failed session whose money is all back, though nobody told it so', async () => {
    const session = await market.session({ moq: 5 })
    await sql`
      update group_buying_sessions set status = 'failed', updated_at = ${laku.clock.now()} where id = ${session.id}`.execute(
      laku.db,
    )
    laku.clock.shift(601)
    expect(await isDue()).toBe(true)
    await sweep()
    expect((await market.see(session.id)).status).toBe('refunded')
  })
})
