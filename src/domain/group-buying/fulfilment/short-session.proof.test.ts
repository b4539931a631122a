import { afterAll, beforeAll, expect, it } from 'vitest'
import { admin, openTestLaku, system, type TestLaku } from '../../../../test/laku.ts'
import { groupChoreography, Market } from '../../../../test/market.ts'
import { refusal } from '../../../../test/storefront.ts'
import { runChecks } from '../../kernel/index.ts'
import { cancelPurchaseOrder, receivePurchaseOrder, warehouseChecks } from '../../warehouse/index.ts'
import {
  allocateReceived,
  applyEndedPurchaseOrders,
  cancelSession,
  fulfilDemand,
  fulfilSession,
} from '../index.ts'

const ROUNDS = 200

let laku: TestLaku
let market: Market

beforeAll(async () => {
  laku = await openTestLaku({
    choreography: {
      ...groupChoreography,
      'purchase_order.received': { reactions: [allocateReceived] },
      'purchase_order.cancelled': { reactions: [applyEndedPurchaseOrders] },
    },
    jobs: [],
  })
  market = await Market.open(laku)
})
afterAll(async () => {
  await market.expectAllTrue()
  const results = await laku.system((work) => runChecks(warehouseChecks, work.tx, work.vault))
  expect(results.filter((result) => !result.ok)).toEqual([])
  await laku.close()
})

const staff = { ...admin, reason: 'a proof' }
const fulfil = (sessionId: string) => fulfilSession({ unitOfWork: laku.unitOfWork, actor: system }, sessionId)
const receive = (purchaseOrder: string, good: number) =>
  laku.as(staff, (work) =>
    receivePurchaseOrder(work, { purchaseOrder, lines: [{ variantId: market.variantId, good, damaged: 0 }] }),
  )

async function sold(): Promise<string> {
  const buyers = await market.buyers(2)
  const session = await market.session({ moq: 2 })
  await market.joinAndPay(buyers, session.id)
  return session.id
}

async function purchaseOrderOf(sessionId: string): Promise<string> {
  const { purchaseOrder } = await laku.as(staff, (work) => fulfilDemand(work, { sessionId }))
  if (!purchaseOrder) throw new Error('nothing was ordered')
  return purchaseOrder.id
}

it('two fulfilments at once make one purchase order', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const sessionId = await sold()
    await Promise.all([fulfil(sessionId), fulfil(sessionId), purchaseOrderOf(sessionId)])
    const rows = await laku.db
      .selectFrom('warehousePurchaseOrders')
      .select('id')
      .where('sessionId', '=', sessionId)
      .execute()
    expect(rows).toHaveLength(1)
    await receive(rows[0]!.id, 2)
    expect(await fulfil(sessionId)).toBe(2)
  }
})

it('a receipt and a cancellation of a purchase order have one winner', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const sessionId = await sold()
    const id = await purchaseOrderOf(sessionId)
    const outcomes = await Promise.all([
      refusal(receive(id, 2)),
      refusal(laku.as(staff, (work) => cancelPurchaseOrder(work, { purchaseOrder: id }))),
    ])
    expect(outcomes.toSorted()).toEqual(['kernel.illegal_transition', 'ok'])
    if (outcomes[0] !== 'ok') await receive(await purchaseOrderOf(sessionId), 2)
    expect(await fulfil(sessionId)).toBe(2)
  }
})

it('goods that come while their session is cancelled are nobody’s, or its buyers’, and never both', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const sessionId = await sold()
    const id = await purchaseOrderOf(sessionId)
    const [, cancelled] = await Promise.all([
      receive(id, 2),
      refusal(laku.as(staff, (work) => cancelSession(work, { sessionId }))),
      fulfil(sessionId).catch(() => 0),
    ])
    const orders = await fulfil(sessionId).catch(() => 0)
    const { status } = await market.see(sessionId)
    expect([status, cancelled === 'ok']).toEqual(cancelled === 'ok' ? ['refunded', true] : ['success', false])
    if (cancelled === 'ok') expect(orders).toBe(0)
    // The remaining stock is removed, so that every round begins with a shortage.
    const stock = await laku.db
      .selectFrom('warehouseInventory')
      .select(['onHand', 'reserved'])
      .where('variantId', '=', market.variantId)
      .executeTakeFirstOrThrow()
    if (stock.onHand > stock.reserved) await market.addStock(stock.reserved - stock.onHand)
  }
})
