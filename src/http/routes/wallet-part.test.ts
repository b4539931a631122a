import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { giveGoodwill } from '../../../test/goodwill.ts'
import { admin, openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { type Buyer, groupChoreography } from '../../../test/market.ts'
import { orderChoreography, Storefront } from '../../../test/storefront.ts'
import { cancelSession } from '../../domain/group-buying/index.ts'
import { confirmPayments } from '../../domain/payment/index.ts'
import { changeUser } from '../../domain/user/index.ts'
import { buildServer } from '../server.ts'

describe('issue 11, case 17: 5,000 in a wallet can be spent, by every door of a buyer', () => {
  let laku: TestLaku
  let shop: Storefront
  let app: FastifyInstance
  beforeAll(async () => {
    const choreography = { ...groupChoreography, ...orderChoreography }
    laku = await openTestLaku({ choreography, jobs: [], sandbox: true })
    shop = await Storefront.open(laku)
    await shop.market.addStock(100)
    app = await buildServer(laku)
  })
  afterAll(async () => {
    await shop.market.expectAllTrue()
    await app.close()
    await laku.close()
  })

  const buyer = async (walletIdr = 5_000) => {
    const [firstBuyer] = (await shop.market.buyers(1)) as [Buyer]
    if (walletIdr > 0) await laku.system((work) => giveGoodwill(work, firstBuyer.id, walletIdr))
    return firstBuyer
  }
  const call = async (who: Buyer, method: 'GET' | 'POST', url: string, payload?: object, key?: string) => {
    const token = app.signAccessToken({ userId: who.id, authSessionId: who.id })
    const headers = { authorization: `Bearer ${token}`, ...(key && { 'idempotency-key': key }) }
    const answer = await app.inject({ method, url, headers, ...(payload && { payload }) })
    return { status: answer.statusCode, body: answer.json() }
  }
  const goods = (who: Buyer, more: object = {}) => ({
    items: [{ variant_id: shop.market.variantId, quantity: 2 }],
    address_id: who.addressId,
    ...more,
  })
  const part = { payment_method: 'wallet+invoice' }
  const wallet = async (who: Buyer) => (await call(who, 'GET', '/api/wallet')).body
  const join = async (who: Buyer, sessionId: string, more: object = part, key?: string) =>
    await call(who, 'POST', `/api/group-sessions/${sessionId}/join`, goods(who, more), key)

  it('a join: held at once, once for a key, spent with the invoice’s money, and free again for who leaves', async () => {
    const { market } = shop
    const [ana, { id }] = [await buyer(), await market.session({ moq: 50 })]
    const first = await join(ana, id, part, 'k-1')
    expect(first).toMatchObject({
      status: 201,
      body: { participation: { status: 'held' }, payment: { status: 'pending', wallet_idr: 5_000 } },
    })
    const { payment, participation } = first.body
    expect(payment.amount_idr).toBe(participation.total_idr)
    expect(await join(ana, id, part, 'k-1')).toEqual(first)
    expect(await wallet(ana)).toEqual({ balance_idr: 0, held_idr: 5_000 })
    await market.pay(payment.id)
    expect((await call(ana, 'GET', `/api/payments/${payment.id}`)).body).toMatchObject({
      status: 'paid',
      wallet_idr: 5_000,
    })
    expect(await wallet(ana)).toEqual({ balance_idr: 0, held_idr: 0 })
    // The payment was made by virtual account, which accepts no refunds.
    await call(ana, 'POST', `/api/group-sessions/${id}/leave`)
    expect(await wallet(ana)).toEqual({ balance_idr: participation.total_idr, held_idr: 0 })
    const budi = await buyer()
    const held = (await join(budi, id)).body.payment
    await call(budi, 'POST', `/api/group-sessions/${id}/leave`)
    await market.expire(held.id)
    expect(await wallet(budi)).toEqual({ balance_idr: 5_000, held_idr: 0 })
  })

  it('pays for nothing while a changed phone can be stopped, and again afterwards; an invoice pays as ever', async () => {
    const { market } = shop
    const [ana, { id }] = [await buyer(5_000_000), await market.session({ moq: 50 })]
    await laku.system((work) =>
      changeUser(work, { userId: ana.id, phone: '+6281288880001', phoneProven: true }),
    )
    const order = async (more: object) => await call(ana, 'POST', '/api/orders', goods(ana, more))
    const invoiced = await order({})
    expect(invoiced.status).toBe(201)
    for (const more of [part, { payment_method: 'wallet' }]) {
      const until = expect.any(String)
      const refused = { status: 409, body: { code: 'wallet.cooling_off', details: { until } } }
      expect(await order(more)).toMatchObject(refused)
      expect(await join(ana, id, more)).toMatchObject(refused)
    }
    expect(await wallet(ana)).toEqual({ balance_idr: 5_000_000, held_idr: 0 })
    laku.clock.shift(72 * 3600)
    expect((await order({ payment_method: 'wallet' })).body.payment).toMatchObject({ status: 'paid' })
  })

  it('a session that fails gives both parts back, to the rupiah', async () => {
    const { market } = shop
    const [ana, { id }] = [await buyer(33_333), await market.session({ moq: 50 })]
    const { payment } = (await join(ana, id, { ...part, wallet_idr: 33_333 })).body
    const paidAmountIdr = payment.amount_idr - 33_333
    const said = { paymentId: payment.id, paidAmountIdr, channel: 'DANA', invoiceId: `i-${payment.id}` }
    await laku.system((work) => confirmPayments(work, [{ ...said, paidAt: work.now }]))
    await laku.as(admin, (work) => cancelSession(work, { sessionId: id, reason: 'sold out' }))
    const refunds = laku.db.selectFrom('refunds').select(['destination', 'amountIdr'])
    expect(await refunds.where('paymentId', '=', payment.id).orderBy('id').execute()).toEqual([
      { destination: 'source', amountIdr: paidAmountIdr },
      { destination: 'wallet', amountIdr: 33_333 },
    ])
    expect((await wallet(ana)).balance_idr).toBe(33_333)
  })

  it('two joins at once, of which the wallet pays a part of one', async () => {
    const { market } = shop
    const ana = await buyer()
    const sessions = await Promise.all([1, 2].map(() => market.session({ moq: 50 })))
    const named = { ...part, wallet_idr: 5_000 }
    const both = await Promise.all(sessions.map(({ id }) => join(ana, id, named)))
    expect(both.map((result) => result.status).sort()).toEqual([201, 409])
    expect(both.find((result) => result.status === 409)?.body.code).toBe('wallet.insufficient_balance')
    expect(await wallet(ana)).toEqual({ balance_idr: 0, held_idr: 5_000 })
    const seen = await Promise.all(sessions.map(({ id }) => market.see(id)))
    expect(seen.map((session) => session.heldUnits).sort()).toEqual([0, 2])
  })

  it('an order, and a fresh payment of one whose invoice expired', async () => {
    const ana = await buyer()
    const placed = await call(ana, 'POST', '/api/orders', goods(ana, part))
    expect(placed).toMatchObject({ status: 201, body: { payment: { wallet_idr: 5_000, status: 'pending' } } })
    const { order, payment } = placed.body
    await shop.market.expire(payment.id)
    expect(await wallet(ana)).toEqual({ balance_idr: 5_000, held_idr: 0 })
    const fresh = await call(ana, 'POST', '/api/payments', { order_id: order.id, ...part, wallet_idr: 3_000 })
    expect(fresh).toMatchObject({ status: 201, body: { wallet_idr: 3_000, amount_idr: order.total_idr } })
    await shop.market.pay(fresh.body.id)
    expect(await shop.see(order.id)).toMatchObject({ status: 'paid' })
    // Late money for the first invoice comes in, but the wallet's part is no longer in the wallet, so a
    // person decides.
    expect(await shop.market.pay(payment.id)).toEqual(['review'])
    await call(ana, 'POST', `/api/orders/${order.code}/cancel`, {})
    expect(await shop.market.walletOf(ana)).toBe(order.total_idr + 2_000)
  })

  it('what it cannot pay is refused with what works, and changes nothing', async () => {
    const ana = await buyer(200_000)
    const ask = (more: object) => call(ana, 'POST', '/api/orders', goods(ana, more))
    const tooLittle = await ask({ ...part, wallet_idr: 130_000 })
    expect(tooLittle).toMatchObject({ status: 400, body: { code: 'payment.rest_below_invoice_minimum' } })
    const { most_wallet_idr } = tooLittle.body.details
    expect((await ask({ ...part, wallet_idr: 200_001 })).body.code).toBe('payment.wallet_part_above_price')
    expect(await ask({ payment_method: 'invoice', wallet_idr: 5_000 })).toMatchObject({ status: 400 })
    expect(await ask({ wallet_idr: 5_000 })).toMatchObject({ status: 400 })
    expect(await ask({ ...part, wallet_idr: 0 })).toMatchObject({ status: 400 })
    expect((await wallet(ana)).balance_idr).toBe(200_000)
    const most = await ask({ ...part, wallet_idr: most_wallet_idr })
    expect(most.body.payment.amount_idr - most.body.payment.wallet_idr).toBe(10_000)
    const poor = await buyer(0)
    expect(await call(poor, 'POST', '/api/orders', goods(poor, part))).toMatchObject({
      status: 409,
      body: { code: 'payment.no_wallet_part' },
    })
    const rich = await buyer(1_000_000)
    const whole = await call(rich, 'POST', '/api/orders', goods(rich, part))
    expect(whole.body).toMatchObject({ order: { status: 'paid' }, payment: { status: 'paid' } })
  })
})
