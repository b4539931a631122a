import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, system, type TestLaku } from '../../../test/laku.ts'
import type { Buyer, Market } from '../../../test/market.ts'
import { shortTimeoutGateway } from '../../../test/payments.ts'
import { customer, orderChoreography, refusal, Storefront } from '../../../test/storefront.ts'
import { createOrdersOf } from '../group-buying/index.ts'
import { applyRefundAnswers, submitRefunds } from '../payment/index.ts'
import { listOrders, reopenPayment } from './index.ts'

// Each test is named after a problem that users of other shops suffer from. A refund after the payout is in
// returns.test.ts.

let laku: TestLaku
let shop: Storefront
let market: Market

beforeAll(async () => {
  laku = await openTestLaku({ sandbox: true, choreography: orderChoreography, jobs: [] })
  shop = await Storefront.open(laku)
  market = shop.market
  await market.addStock(1_000)
})
afterAll(async () => {
  await shop.expectAllTrue()
  await laku.close()
})

const buyer = async (): Promise<Buyer> => (await market.buyers(1))[0]!

describe('a failed refund shown as done (woocommerce-gateway-stripe #4405, #838)', () => {
  it('is not: the order is refunded when the provider says so, and not before', async () => {
    const ana = await buyer()
    const { order, payment } = await shop.order(ana)
    await market.pay(payment.id)
    await sql`update payments set channel = 'DANA' where id = ${payment.id}`.execute(laku.db)
    await shop.cancel(customer(ana), order.id)
    const refund = () =>
      laku.db.selectFrom('refunds').selectAll().where('paymentId', '=', payment.id).executeTakeFirstOrThrow()
    const { id, code, amountIdr } = await refund()
    const say = async (attempt: number, status: 'SUCCEEDED' | 'FAILED') => {
      await shop.fault({ provider: 'xendit', kind: 'error' })
      await submitRefunds(
        { unitOfWork: laku.unitOfWork, actor: system, gateway: shortTimeoutGateway(laku) },
        [id],
      )
      await shop.fault()
      expect((await refund()).status).toBe('submitted')
      const answer = { id: `rfd-${attempt}`, referenceId: `${code}-${attempt}`, amountIdr, status }
      const failureCode = status === 'FAILED' ? 'REFUND_FAILED' : null
      await laku.system((work) => applyRefundAnswers(work, [{ ...answer, failureCode } as never]))
    }
    await say(1, 'FAILED')
    expect(await refund()).toMatchObject({ status: 'failed', finishedAt: null })
    expect(await shop.see(order.id)).toMatchObject({ status: 'cancelled' })
    laku.clock.shift(3600)
    await say(2, 'SUCCEEDED')
    expect(await refund()).toMatchObject({ status: 'succeeded' })
    expect(await shop.see(order.id)).toMatchObject({ status: 'refunded' })
    expect(await market.walletOf(ana)).toBe(0)
  })
})

describe('the webhook races the checkout and makes two orders or none (Medusa #13301, Mercur #1418)', () => {
  const ordersOf = async (who: Buyer) =>
    (await laku.as(customer(who), (work) => listOrders(work, { limit: 10 }))).data

  it('here there is one, with its money, however often and however late it is told', async () => {
    for (let round = 0; round < 10; round++) {
      const ana = await buyer()
      const { order, payment } = await shop.order(ana)
      const reopen = () =>
        laku.as(customer(ana), (work) => reopenPayment(work, { orderId: order.id }, shop.settings))
      await Promise.all([
        market.pay(payment.id),
        market.pay(payment.id),
        market.expire(payment.id),
        refusal(reopen()),
      ])
      const all = await ordersOf(ana)
      expect(all.map((order) => order.id)).toEqual([order.id])
      const wallet = await market.walletOf(ana)
      // The order is paid, or its money was refunded because the invoice had expired first.
      expect([
        ['paid', 0],
        ['refunded', order.totalIdr],
      ]).toContainEqual([all[0]!.status, wallet])
    }
  })

  it('and a place in a session has one order, whoever makes it', async () => {
    for (let round = 0; round < 10; round++) {
      const ana = await buyer()
      const session = await market.session({ moq: 1 })
      const { payment } = await market.join(ana, session.id)
      const make = () => laku.as(admin, (work) => createOrdersOf(work, { sessionId: session.id }))
      await Promise.all([
        market.pay(payment.id),
        market.pay(payment.id),
        ...[1, 2].map(() => refusal(make())),
      ])
      await refusal(make())
      expect(await ordersOf(ana)).toHaveLength(1)
    }
  })
})
