import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, system, type TestLaku } from '../../../../test/laku.ts'
import { type Buyer, groupChoreography, Market } from '../../../../test/market.ts'
import { refusal } from '../../../../test/storefront.ts'
import { runChecks } from '../../kernel/index.ts'
import { balanceIdr, escrow, factoryAccount } from '../../ledger/index.ts'
import {
  cancelPurchaseOrder,
  closePurchaseOrder,
  type PurchaseOrderView,
  type ReceiptLine,
  receivePurchaseOrder,
  warehouseChecks,
} from '../../warehouse/index.ts'
import {
  allocateReceived,
  applyEndedPurchaseOrders,
  cancelSession,
  createOrdersOf,
  fulfilDemand,
  fulfilSession,
  refundSession,
  resumeWaiting,
} from '../index.ts'

let laku: TestLaku
let market: Market

beforeAll(async () => {
  laku = await openTestLaku({
    watched: true,
    choreography: {
      ...groupChoreography,
      'stock.added': { reactions: [resumeWaiting] },
      'purchase_order.received': { reactions: [allocateReceived] },
      'purchase_order.cancelled': { reactions: [applyEndedPurchaseOrders] },
      'purchase_order.closed': { reactions: [applyEndedPurchaseOrders] },
    },
    jobs: [],
  })
})
afterAll(() => laku.close())

// The steps that group buying does automatically, and those that staff do.
const job = (sessionId: string) => fulfilSession({ unitOfWork: laku.unitOfWork, actor: system }, sessionId)
const demand = (sessionId: string, actor = system) =>
  laku.as(actor, (work) => fulfilDemand(work, { sessionId }))
const staff = { ...admin, reason: 'a test' }
const receive = (purchaseOrder: string, lines: ReceiptLine[], deliveryNote?: string) =>
  laku.as(staff, (work) => receivePurchaseOrder(work, { purchaseOrder, lines, deliveryNote }))
const good = (pieces: number, damaged = 0, variantId = market.variantId): ReceiptLine => ({
  variantId,
  good: pieces,
  damaged,
})

async function soldOut(units: number[], terms = { wholesaleUnit: 1, maxExcessUnits: 0 }) {
  market = await Market.open(laku)
  await market.bundles(terms)
  return await sold(units)
}

/** Makes a session of the market's product whose buyers paid one after another. */
async function sold(units: number[]) {
  const buyers = await market.buyers(units.length)
  const session = await market.session({ moq: units.reduce((sum, unit) => sum + unit, 0) })
  for (const [i, buyer] of buyers.entries()) {
    await market.joinAndPay([buyer], session.id, units[i])
    laku.clock.shift(1)
  }
  return { buyers, session }
}

async function orderOf(sessionId: string): Promise<PurchaseOrderView> {
  const { purchaseOrder } = await demand(sessionId)
  if (!purchaseOrder) throw new Error('there is no purchase order')
  return purchaseOrder
}

const purchaseOrdersOf = (sessionId: string) =>
  laku.db
    .selectFrom('warehousePurchaseOrders')
    .select(['id', 'code', 'status'])
    .where('sessionId', '=', sessionId)
    .orderBy('id')
    .execute()

/** Returns how many orders each buyer has, in turn. */
async function ordersOf(sessionId: string, buyers: readonly Buyer[]): Promise<number[]> {
  const rows = await laku.db
    .selectFrom('orders')
    .select('userId')
    .where('sessionId', '=', sessionId)
    .execute()
  return buyers.map((buyer) => rows.filter((row) => row.userId === buyer.id).length)
}

async function attention(subjectId: string): Promise<{ kind: string; command: string }[]> {
  return await laku.db
    .selectFrom('attention')
    .select(['kind', 'command'])
    .where('subjectId', '=', subjectId)
    .where('resolvedAt', 'is', null)
    .execute()
}

const escrowOf = (sessionId: string) => laku.system((work) => balanceIdr(work.tx, escrow(sessionId)))
const statusOf = async (sessionId: string) => (await market.see(sessionId)).status

async function expectAllTrue(): Promise<void> {
  await market.expectAllTrue()
  const results = await laku.system((work) => runChecks(warehouseChecks, work.tx, work.vault))
  expect(results.filter((result) => !result.ok)).toEqual([])
}

describe('a session that is short of stock', () => {
  it('reserves what there is, orders the rest in bundles, and tells the factory once', async () => {
    const { session } = await soldOut([3, 4], { wholesaleUnit: 6, maxExcessUnits: 6 })
    await market.addStock(2)
    const first = await demand(session.id)
    expect(first).toMatchObject({
      outcome: 'purchase_order',
      reservations: [{ variantId: market.variantId, quantity: 2 }],
      missing: [{ variantId: market.variantId, sku: market.sku, missing: 5 }],
      purchaseOrder: { status: 'sent', sessionId: session.id, items: [{ sku: market.sku, quantity: 6 }] },
    })
    expect(await statusOf(session.id)).toBe('pending_stock')
    expect((await demand(session.id)).purchaseOrder?.id).toBe(first.purchaseOrder?.id)
    expect(await job(session.id)).toBe(0)
    expect(await purchaseOrdersOf(session.id)).toHaveLength(1)
    const { rows } = await sql<{ toPhone: string; params: string[] }>`
      select to_phone, params from whatsapp_messages where params ->> 1 = ${first.purchaseOrder?.code}`.execute(
      laku.db,
    )
    expect(rows).toEqual([
      {
        toPhone: '+628110000001',
        params: ['Pabrik Uji', first.purchaseOrder?.code, `${market.sku} 6 pcs (1 bundel)`],
      },
    ])
    expect(await attention(session.id)).toEqual([])
    await expectAllTrue()
  })

  it('gets its goods in two deliveries, who paid first before who paid later, with a damaged piece written off', async () => {
    const { session, buyers } = await soldOut([2, 1, 1, 1], { wholesaleUnit: 6, maxExcessUnits: 6 })
    const before = await laku.system((work) => balanceIdr(work.tx, factoryAccount(market.factoryId)))
    expect(await job(session.id)).toBe(0)
    const { id } = await orderOf(session.id)
    expect(await receive(id, [good(3, 1)], 'SJ-1')).toMatchObject({ status: 'partially_received' })
    // The same delivery note a second time changes nothing.
    expect(await receive(id, [good(3, 1)], 'SJ-1')).toMatchObject({ items: [{ received: 3, damaged: 1 }] })
    expect(await market.eventsOf(session.id)).toContain('session.fulfilment_due')
    expect(await job(session.id)).toBe(2)
    expect(await ordersOf(session.id, buyers)).toEqual([1, 1, 0, 0])
    expect(await statusOf(session.id)).toBe('orders_created')
    expect(await escrowOf(session.id)).toBe(2 * 60_000)
    await expectAllTrue()
    expect(await job(session.id)).toBe(0)
    expect(await receive(id, [good(3)])).toMatchObject({ status: 'received' })
    expect(await job(session.id)).toBe(2)
    expect(await ordersOf(session.id, buyers)).toEqual([1, 1, 1, 1])
    expect(await statusOf(session.id)).toBe('success')
    expect(await escrowOf(session.id)).toBe(0)
    const owed = (await laku.system((work) => balanceIdr(work.tx, factoryAccount(market.factoryId)))) - before
    expect(owed).toBe(5 * 50_000 * 0.95)
    expect(await market.see(session.id)).toMatchObject({ paidUnits: 5, participants: 4 })
    const { rows } =
      await sql`select kind, on_hand_change from stock_movements where subject_id = ${id} order by id`.execute(
        laku.db,
      )
    expect(rows).toEqual([
      { kind: 'received', onHandChange: 4 },
      { kind: 'written_off', onHandChange: -1 },
      { kind: 'received', onHandChange: 3 },
    ])
    await expectAllTrue()
  })

  it('is served strictly in turn: nobody takes what somebody before them waits for', async () => {
    market = await Market.open(laku)
    const buyers = await market.buyers(2)
    const session = await market.session({ moq: 4 })
    const both = [
      { variantId: market.variantId, quantity: 1 },
      { variantId: market.otherVariantId, quantity: 2 },
    ]
    const first = await market.join(buyers[0]!, session.id, 1, { items: both })
    await market.pay(first.payment.id)
    laku.clock.shift(1)
    await market.joinAndPay([buyers[1]!], session.id, 1)
    const { id } = await orderOf(session.id)
    // There is one M for two buyers who want one each, and not enough L for the first buyer.
    await receive(id, [good(1), good(1, 0, market.otherVariantId)])
    expect(await job(session.id)).toBe(0)
    expect(await statusOf(session.id)).toBe('pending_stock')
    await receive(id, [good(1)])
    expect(await job(session.id)).toBe(1)
    expect(await ordersOf(session.id, buyers)).toEqual([0, 1])
    await receive(id, [good(1, 0, market.otherVariantId)])
    expect(await job(session.id)).toBe(1)
    expect(await statusOf(session.id)).toBe('success')
    await expectAllTrue()
  })

  it('refunds only those who still wait when staff give up on the rest', async () => {
    const { session, buyers } = await soldOut([1, 2, 1])
    const { id } = await orderOf(session.id)
    await receive(id, [good(2)])
    expect(await job(session.id)).toBe(1)
    const input = { sessionId: session.id, reason: 'the factory is out of cloth' }
    const refund = () => laku.as(staff, (work) => refundSession(work, input))
    expect(await refund()).toEqual({ sessionId: session.id, count: 2, amountIdr: 110_000 + 60_000 })
    expect(await statusOf(session.id)).toBe('success')
    expect(await Promise.all(buyers.map((buyer) => market.walletOf(buyer)))).toEqual([0, 110_000, 60_000])
    expect(await market.see(session.id)).toMatchObject({ paidUnits: 1, participants: 1 })
    expect(await escrowOf(session.id)).toBe(0)
    expect(await refusal(refund())).toBe('group_buying.not_refundable')
    const [order] = await purchaseOrdersOf(session.id)
    expect(await attention(id)).toEqual([
      { kind: 'purchase_order_unneeded', command: `laku purchase-orders close ${order?.code}` },
    ])
    await expectAllTrue()
  })

  it('is shown to a person when its purchase order is cancelled, and orders anew only when staff ask', async () => {
    const { session } = await soldOut([2])
    const { id, code } = await orderOf(session.id)
    await laku.as(staff, (work) => cancelPurchaseOrder(work, { purchaseOrder: code }))
    expect(await attention(session.id)).toEqual([
      { kind: 'session_lost_purchase_order', command: `laku sessions fulfil ${session.code}` },
    ])
    expect(await demand(session.id)).not.toHaveProperty('purchaseOrder')
    expect(await purchaseOrdersOf(session.id)).toHaveLength(1)
    const again = await demand(session.id, admin)
    expect(again.purchaseOrder).toMatchObject({ status: 'sent', items: [{ quantity: 2 }] })
    expect(again.purchaseOrder?.id).not.toBe(id)
    await receive(again.purchaseOrder!.id, [good(2)])
    expect(await job(session.id)).toBe(1)
    expect(await statusOf(session.id)).toBe('success')
    await expectAllTrue()
  })

  it('is shown to a person when its purchase order is closed short', async () => {
    const { session } = await soldOut([1, 1])
    const { id } = await orderOf(session.id)
    await receive(id, [good(1, 1)])
    await laku.as(staff, (work) => closePurchaseOrder(work, { purchaseOrder: id }))
    expect((await attention(session.id)).map((row) => row.kind)).toEqual(['session_lost_purchase_order'])
    expect(await job(session.id)).toBe(1)
    expect(await purchaseOrdersOf(session.id)).toMatchObject([{ status: 'closed' }])
    await expectAllTrue()
  })

  it('waits for a person where a bundle would bring too much', async () => {
    const { session } = await soldOut([4], { wholesaleUnit: 12, maxExcessUnits: 3 })
    expect(await demand(session.id)).not.toHaveProperty('purchaseOrder')
    expect(await attention(session.id)).toEqual([
      {
        kind: 'session_short_of_stock',
        command: `laku purchase-orders create --session ${session.code} --line ${market.sku}=4 --send`,
      },
    ])
    await expectAllTrue()
  })

  it('counts on what is on the way for nobody, and orders itself when that ends', async () => {
    const { session } = await soldOut([2], { wholesaleUnit: 6, maxExcessUnits: 6 })
    const { code } = await orderOf(session.id)
    const second = await sold([3])
    expect(await demand(second.session.id)).not.toHaveProperty('purchaseOrder')
    expect(await attention(second.session.id)).toEqual([])
    // One of the four unclaimed pieces is left, which is too few for two more buyers.
    const third = await sold([2])
    expect((await demand(third.session.id)).purchaseOrder).toMatchObject({ items: [{ quantity: 6 }] })
    await laku.as(staff, (work) => cancelPurchaseOrder(work, { purchaseOrder: code }))
    expect(await market.eventsOf(second.session.id)).toContain('session.fulfilment_due')
    // The third session's six pieces are for itself, for the first session, and two of them for the second
    // session, which needs three.
    expect((await demand(second.session.id)).purchaseOrder).toMatchObject({ items: [{ quantity: 6 }] })
    await expectAllTrue()
  })

  it('gets what was ordered for it before all others, and else who waits longest is first', async () => {
    const first = await soldOut([2])
    await demand(first.session.id)
    laku.clock.shift(60)
    const second = await sold([2])
    const { id } = await orderOf(second.session.id)
    laku.clock.shift(60)
    const third = await sold([2])
    await demand(third.session.id)
    await receive(id, [good(2)])
    expect([await job(first.session.id), await job(second.session.id)]).toEqual([0, 1])
    await market.addStock(2)
    expect([await job(third.session.id), await job(first.session.id)]).toEqual([0, 1])
    await expectAllTrue()
  })

  it('takes no piece too many for a bundle of what lies on the shelf already', async () => {
    const { session } = await soldOut([1], { wholesaleUnit: 6, maxExcessUnits: 3 })
    // Five pieces fill the bundle: three of one variant, and of the other variant three less the free pieces.
    await market.addStock(2, market.otherVariantId)
    expect(await demand(session.id)).not.toHaveProperty('purchaseOrder')
    expect((await attention(session.id)).map((row) => row.kind)).toEqual(['session_short_of_stock'])
    await market.addStock(-1, market.otherVariantId)
    expect((await demand(session.id, staff)).purchaseOrder).toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({ sku: market.sku, quantity: 4 }),
        expect.objectContaining({ sku: market.otherSku, quantity: 2 }),
      ]),
    })
    await expectAllTrue()
  })

  it('that is cancelled gives back what came, and shows its purchase order to a person', async () => {
    const { session } = await soldOut([2])
    await market.addStock(1)
    const { id, code } = await orderOf(session.id)
    await laku.as(staff, (work) => cancelSession(work, { sessionId: session.id }))
    expect(await attention(id)).toEqual([
      { kind: 'purchase_order_unneeded', command: `laku purchase-orders cancel ${code}` },
    ])
    expect(await statusOf(session.id)).toBe('refunded')
    const other = await sold([1])
    expect(await demand(other.session.id)).toMatchObject({ outcome: 'reserved' })
    await expectAllTrue()
  })

  it('answers the bulk call with a conflict while nobody can be served, and leaves nothing behind', async () => {
    const { session } = await soldOut([2])
    const orders = laku.as(admin, (work) => createOrdersOf(work, { sessionId: session.id }))
    expect(await refusal(orders)).toBe('group_buying.stock_short')
    expect(await purchaseOrdersOf(session.id)).toEqual([])
  })
})

describe('races', () => {
  it('two fulfilments at once make one purchase order', async () => {
    for (let round = 0; round < 10; round++) {
      const { session } = await soldOut([2])
      await Promise.all([job(session.id), job(session.id), demand(session.id, admin)])
      expect(await purchaseOrdersOf(session.id)).toHaveLength(1)
    }
    await expectAllTrue()
  })

  it('a receipt and a cancellation have one winner, and the session knows which', async () => {
    for (let round = 0; round < 10; round++) {
      const { session } = await soldOut([2])
      const { id } = await orderOf(session.id)
      const [received, cancelled] = await Promise.all([
        refusal(receive(id, [good(2)])),
        refusal(laku.as(staff, (work) => cancelPurchaseOrder(work, { purchaseOrder: id }))),
      ])
      expect([received, cancelled].sort()).toEqual(['kernel.illegal_transition', 'ok'])
      expect(await job(session.id)).toBe(received === 'ok' ? 1 : 0)
    }
    await expectAllTrue()
  })

  it('sessions that want the same pieces in opposite order never lock each other out', async () => {
    market = await Market.open(laku)
    const sessions = await Promise.all([1, 2, 3, 4].map(() => market.session({ moq: 2 })))
    const buyers = await market.buyers(sessions.length)
    for (const [i, session] of sessions.entries()) {
      const variants = [market.variantId, market.otherVariantId]
      if (i % 2) variants.reverse()
      const items = variants.map((variantId) => ({ variantId, quantity: 1 }))
      const { payment } = await market.join(buyers[i]!, session.id, 1, { items })
      await market.pay(payment.id)
    }
    await market.addStock(3)
    await market.addStock(2, market.otherVariantId)
    await Promise.all([
      ...sessions.map((session) => job(session.id)),
      market.addStock(1),
      market.addStock(2, market.otherVariantId),
    ])
    for (const session of sessions) await job(session.id)
    expect(await Promise.all(sessions.map((session) => statusOf(session.id)))).toEqual(
      Array(4).fill('success'),
    )
    await expectAllTrue()
  })
})
