import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { query } from '../../../../test/global-setup.ts'
import { admin, openTestLaku, system, type TestLaku } from '../../../../test/laku.ts'
import { groupChoreography, Market } from '../../../../test/market.ts'
import { runChecks } from '../../kernel/index.ts'
import { balanceIdr, escrow } from '../../ledger/index.ts'
import { cancelOrder, listOrders, orderChecks } from '../../order/index.ts'
import { receivePurchaseOrder, warehouseChecks } from '../../warehouse/index.ts'
import {
  allocateReceived,
  createCoveredOrders,
  fulfilDemand,
  fulfilSession,
  resumeWaiting,
  sweepSessions,
} from '../index.ts'

let laku: TestLaku
let market: Market

beforeAll(async () => {
  laku = await openTestLaku({
    choreography: {
      ...groupChoreography,
      'stock.added': { reactions: [resumeWaiting] },
      'purchase_order.received': { reactions: [allocateReceived] },
    },
    jobs: [],
    policy: { fulfilRetries: 2 },
  })
})
afterAll(() => laku.close())

const fulfil = (sessionId: string) => fulfilSession({ unitOfWork: laku.unitOfWork, actor: system }, sessionId)
/** Makes the warehouse fail: its stock cannot be read. */
const breakWarehouse = () => query(laku.ownerUrl, 'alter table warehouse_inventory rename to warehouse_away')
const healWarehouse = () => query(laku.ownerUrl, 'alter table warehouse_away rename to warehouse_inventory')

async function sold(count: number) {
  market = await Market.open(laku)
  const buyers = await market.buyers(count)
  const session = await market.session({ moq: count })
  await market.joinAndPay(buyers, session.id)
  return session
}

async function ordersOf(sessionId: string): Promise<{ status: string; allocated: boolean }[]> {
  return await laku.db
    .selectFrom('orders')
    .select(['status', 'allocated'])
    .where('sessionId', '=', sessionId)
    .orderBy('allocated')
    .execute()
}

async function expectAllTrue(): Promise<void> {
  await market.expectAllTrue()
  const checks = [...warehouseChecks, ...orderChecks]
  const results = await laku.system((work) => runChecks(checks, work.tx, work.vault))
  expect(results.filter((result) => !result.ok)).toEqual([])
}

const allocatedEvents = async (): Promise<number> => {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from events where type = 'order.allocated'`.execute(laku.db)
  return rows[0]?.n ?? 0
}

describe('when the stock of a closed session cannot be checked', () => {
  it('the orders are made all the same after the retries, on hold, and allocated when stock is there', async () => {
    const session = await sold(3)
    await breakWarehouse()
    try {
      await expect(fulfil(session.id)).rejects.toThrow(/warehouse_inventory/)
      await expect(fulfil(session.id)).rejects.toThrow(/warehouse_inventory/)
      expect(await ordersOf(session.id)).toEqual([])
      expect(await fulfil(session.id)).toBe(3)
    } finally {
      await healWarehouse()
    }
    expect(await ordersOf(session.id)).toEqual(Array(3).fill({ status: 'on_hold', allocated: false }))
    expect((await market.see(session.id)).status).toBe('orders_created')
    expect(await laku.system((work) => balanceIdr(work.tx, escrow(session.id)))).toBe(0)
    expect(await allocatedEvents()).toBe(0)
    await expectAllTrue()

    // The sweep takes up the session again. The warehouse works again and orders the missing pieces.
    laku.clock.shift(601)
    await laku.system(sweepSessions)
    expect(await market.eventsOf(session.id)).toContain('session.fulfilment_due')
    await market.addStock(1)
    expect(await fulfil(session.id)).toBe(0)
    expect(await ordersOf(session.id)).toEqual([
      { status: 'on_hold', allocated: false },
      { status: 'on_hold', allocated: false },
      { status: 'processing', allocated: true },
    ])
    const { purchaseOrder } = await laku.as(admin, (work) => fulfilDemand(work, { sessionId: session.id }))
    await laku.as(admin, (work) =>
      receivePurchaseOrder(work, {
        purchaseOrder: purchaseOrder!.id,
        lines: [{ variantId: market.variantId, good: 2, damaged: 0 }],
      }),
    )
    await fulfil(session.id)
    await fulfil(session.id)
    expect(await ordersOf(session.id)).toEqual(Array(3).fill({ status: 'processing', allocated: true }))
    expect(await allocatedEvents()).toBe(3)
    expect((await market.see(session.id)).status).toBe('success')
    await expectAllTrue()
  })

  it('an answer in between starts the count anew, and a session that is known to be short goes on waiting', async () => {
    const session = await sold(2)
    const down = async (times: number) => {
      await breakWarehouse()
      try {
        for (let i = 0; i < times; i++) await fulfil(session.id).catch(() => undefined)
      } finally {
        await healWarehouse()
      }
    }
    await down(2)
    expect(await fulfil(session.id)).toBe(0)
    expect((await market.see(session.id)).status).toBe('pending_stock')
    await down(4)
    expect(await ordersOf(session.id)).toEqual([])
    expect((await market.see(session.id)).status).toBe('pending_stock')
    await expectAllTrue()
  })

  it('counts only outages in a row, also of a session whose stock is there', async () => {
    const session = await sold(2)
    const down = async () => {
      await breakWarehouse()
      try {
        for (let i = 0; i < 2; i++) await fulfil(session.id).catch(() => undefined)
      } finally {
        await healWarehouse()
      }
    }
    await market.addStock(2)
    await down()
    expect(await laku.as(admin, (work) => fulfilDemand(work, { sessionId: session.id }))).toMatchObject({
      outcome: 'reserved',
    })
    await down()
    expect(await ordersOf(session.id)).toEqual([])
    expect(await fulfil(session.id)).toBe(2)
    expect((await market.see(session.id)).status).toBe('success')
    await expectAllTrue()
  })

  it('leaves nothing reserved for an order that is cancelled while its stock is being given out', async () => {
    const session = await sold(2)
    await breakWarehouse()
    try {
      for (let i = 0; i < 3; i++) await fulfil(session.id).catch(() => undefined)
    } finally {
      await healWarehouse()
    }
    await market.addStock(2)
    await laku.as(admin, (work) => fulfilDemand(work, { sessionId: session.id }))
    const { data } = await laku.as(admin, (work) => listOrders(work, { sessionId: session.id, limit: 5 }))
    await laku.as(admin, (work) => cancelOrder(work, { order: data[0]?.id as string }))
    await laku.as(admin, (work) => createCoveredOrders(work, session.id))
    expect((await market.see(session.id)).status).toBe('success')
    const stock = await laku.db
      .selectFrom('warehouseInventory')
      .select(['onHand', 'reserved'])
      .where('variantId', '=', market.variantId)
      .executeTakeFirst()
    expect(stock).toEqual({ onHand: 2, reserved: 1 })
    await expectAllTrue()
  })

  it('a rule that says no is no outage: it is thrown at once', async () => {
    const session = await market.session({ moq: 5 })
    for (let i = 0; i < 4; i++)
      await expect(fulfil(session.id)).rejects.toMatchObject({ code: 'group_buying.not_fulfillable' })
    expect(await ordersOf(session.id)).toEqual([])
  })
})
