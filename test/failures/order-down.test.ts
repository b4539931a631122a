import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { balanceIdr, escrow } from '../../src/domain/ledger/index.ts'
import { eventually, openWorkingShop, type WorkingShop } from './working-shop.ts'

let shop: WorkingShop
beforeAll(async () => {
  shop = await openWorkingShop()
})
afterAll(async () => {
  await shop.expectWhole()
  await shop.close()
})

const ordersOf = (sessionId: string) =>
  shop.laku.db
    .selectFrom('orders')
    .select(['id', 'participantId'])
    .where('sessionId', '=', sessionId)
    .execute()
const escrowIdr = (sessionId: string) => shop.laku.system((work) => balanceIdr(work.tx, escrow(sessionId)))
/** Returns how often the waiting jobs of this queue have failed. */
async function failedTries(queue: string): Promise<number> {
  const { rows } = await sql<{ tries: number }>`
    select coalesce(sum(retry_count), 0)::int as tries from pgboss.job where name = ${queue} and state <> 'completed'`.execute(
    shop.laku.db,
  )
  return rows[0]?.tries ?? 0
}

/**
 * Returns how often the waiting webhook deliveries of the payment gateway were tried. A delivery that throws
 * is postponed, and its job continues.
 */
async function failedDeliveries(): Promise<number> {
  const { rows } = await sql<{ tries: number }>`
    select coalesce(sum(attempts), 0)::int as tries from webhook_inbox where provider = 'xendit' and status = 'received'`.execute(
    shop.laku.db,
  )
  return rows[0]?.tries ?? 0
}

describe('orders cannot be written', () => {
  it('a session that met its MOQ keeps its money in escrow, and makes each order once when it is healed', async () => {
    const buyers = await shop.market.buyers(3)
    const session = await shop.market.session({ moq: 3 })
    const heal = await shop.breakStep('orders', 'insert')
    const answers = await shop.market.joinAndPay(buyers, session.id)
    const paidIdr = answers.reduce((sum, answer) => sum + answer.participation.totalIdr, 0)
    await eventually(
      () => failedTries('groups.fulfil'),
      (tries) => expect(tries).toBeGreaterThan(0),
    )
    expect(await shop.market.see(session.id)).toMatchObject({ status: 'moq_reached', paidUnits: 3 })
    expect(await ordersOf(session.id)).toEqual([])
    expect(await escrowIdr(session.id)).toBe(paidIdr)
    await heal()
    await eventually(
      () => shop.market.see(session.id),
      (now) => expect(now.status).toBe('success'),
    )
    const orders = await ordersOf(session.id)
    expect(new Set(orders.map(({ participantId }) => participantId)).size).toBe(3)
    expect(orders).toHaveLength(3)
    expect(await escrowIdr(session.id)).toBe(0)
  })

  it('a payment is confirmed with its order or not at all: its webhook waits, and nothing is paid twice', async () => {
    const [ana] = await shop.market.buyers(1)
    const { order, payment } = await shop.storefront.order(ana!)
    const { invoicePage } = await shop.follow(payment.code)
    const heal = await shop.breakStep('orders', 'update')
    await fetch(String(invoicePage), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ channel: 'QRIS' }),
    })
    await eventually(failedDeliveries, (tries) => expect(tries).toBeGreaterThan(0))
    const paymentNow = () =>
      shop.laku.db
        .selectFrom('payments')
        .select('status')
        .where('id', '=', payment.id)
        .executeTakeFirstOrThrow()
    expect(await paymentNow()).toEqual({ status: 'pending' })
    await heal()
    shop.laku.clock.shift(600)
    await eventually(
      () => shop.storefront.see(order.id),
      (now) => expect(now.status).toBe('ready_for_pickup'),
    )
    expect(await paymentNow()).toEqual({ status: 'paid' })
    const posted = await shop.laku.db
      .selectFrom('ledgerTransactions')
      .select('id')
      .where('key', '=', `payment:${payment.id}:confirmed`)
      .execute()
    expect(posted).toHaveLength(1)
  })
})
