import type { FastifyInstance } from 'fastify'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openPaymentFixture, type PaymentFixture } from '../../../test/payments.ts'
import { newId } from '../../domain/kernel/index.ts'
import { buildServer } from '../server.ts'

describe('paying', () => {
  let f: PaymentFixture
  let app: FastifyInstance
  beforeAll(async () => {
    f = await openPaymentFixture()
    app = await buildServer(f.laku)
  })
  afterEach(() => f.faults())
  afterAll(async () => {
    await app.close()
    await f.laku.close()
  })

  const get = (url: string, userId?: string) => {
    const token = userId && app.signAccessToken({ userId, authSessionId: newId() })
    return app.inject({ url, headers: token ? { authorization: `Bearer ${token}` } : {} })
  }

  describe('/pay/:code', () => {
    it('sends the buyer on to the invoice', async () => {
      const { code } = await f.payment()
      const reply = await get(`/pay/${code}`)
      expect(reply.statusCode).toBe(302)
      expect(reply.headers.location).toContain('/xendit/pay/')
      expect((await get(`/pay/${code.toLowerCase()}`)).headers.location).toBe(reply.headers.location)
    })

    it('says that it is paid, over, or unknown', async () => {
      const buyer = await f.buyer()
      await f.fillWallet(buyer.userId, 110_000)
      const paid = await get(`/pay/${(await f.payment('wallet', buyer)).code}`)
      expect([paid.statusCode, paid.body]).toEqual([200, expect.stringContaining('Sudah dibayar')])
      const { code } = await f.payment()
      f.laku.clock.shift(3_601)
      expect((await get(`/pay/${code}`)).statusCode).toBe(410)
      expect((await get('/pay/PAY-261124-NOTHING')).statusCode).toBe(404)
    })

    it('waits with whoever comes back from the provider before its message, asking less and less often', async () => {
      const { code } = await f.payment()
      const back = await get(`/pay/${code}?back=1&lang=en`)
      expect([back.statusCode, back.headers['retry-after']]).toEqual([202, '3'])
      expect(back.body).toContain('<h1>Waiting for confirmation</h1>')
      expect(back.body).toContain(`content="3;url=/pay/${code}?back=2&amp;lang=en"`)
      expect(back.body).toContain(`href="/pay/${code}"`)
      expect((await get(`/pay/${code}?back=50`)).headers['retry-after']).toBe('60')
      // The provider is not asked about this payment, and a value that is no number does not count as a
      // return.
      expect((await f.book()).invoices.filter((invoice) => invoice.external_id === code)).toEqual([])
      expect((await get(`/pay/${code}?back=x`)).statusCode).toBe(302)
      f.laku.clock.shift(3_601)
      expect((await get(`/pay/${code}?back=2`)).statusCode).toBe(410)
      expect((await get('/pay/PAY-261124-NOTHING?back=1')).statusCode).toBe(404)
    })

    it('says how much, what for, and that it went back', async () => {
      const buyer = await f.buyer()
      await f.fillWallet(buyer.userId, 110_000)
      const { id, code } = await f.payment('wallet', buyer)
      const paid = (await get(`/pay/${code}`)).body
      expect(paid).toMatch(/Rp.110\.000/)
      expect(paid).toContain(code)
      expect(paid).toMatch(/<a class="button" href="\/s\/GBS-[\w-]+">Lihat grup belanja/)
      expect(paid).not.toMatch(/Budi|\+62/)
      await f.laku.db.updateTable('payments').set({ status: 'refunded' }).where('id', '=', id).execute()
      const refunded = await get(`/pay/${code}`)
      expect([refunded.statusCode, refunded.body]).toEqual([
        200,
        expect.stringContaining('Uang dikembalikan'),
      ])
    })

    it('says what of it the wallet pays, and what its invoice is over', async () => {
      const buyer = await f.buyer()
      await f.fillWallet(buyer.userId, 5_000)
      const { code } = await f.payment('wallet+invoice', buyer)
      const page = (await get(`/pay/${code}?back=1&lang=en`)).body
      for (const said of [
        /Rp.110\.000/,
        /From your Laku wallet.*Rp.5\.000/s,
        /By this invoice.*Rp.105\.000/s,
      ])
        expect(page).toMatch(said)
      expect((await get(`/pay/${code}`)).statusCode).toBe(302)
      const [invoice] = (await f.book()).invoices.filter((invoice) => invoice.external_id === code)
      expect(invoice).toMatchObject({ amount: 105_000 })
    })

    it('lets the provider be asked soon for a buyer who comes from there, and sends nobody there again meanwhile', async () => {
      const { id, code } = await f.payment()
      expect((await get(`/pay/${code}`)).statusCode).toBe(302)
      const { nextCheckAt } = await f.row(id)
      f.laku.clock.shift(10)
      expect((await get(`/pay/${code}?back=1`)).statusCode).toBe(202)
      const back = await f.row(id)
      expect(nextCheckAt.getTime() - back.nextCheckAt.getTime()).toBe(15_000)
      f.laku.clock.shift(10)
      expect((await get(`/pay/${code}?back=2`)).statusCode).toBe(202)
      expect((await get(`/pay/${code}?back=1`)).statusCode).toBe(202)
      expect((await f.row(id)).nextCheckAt).toEqual(back.nextCheckAt)
    })

    it('asks again by itself while the provider limits us', async () => {
      const { code } = await f.payment()
      await fetch(`${f.laku.sandbox.url}/control/limits`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ provider: 'xendit', per_minute: 0 }),
      })
      const waiting = await get(`/pay/${code}`)
      await fetch(`${f.laku.sandbox.url}/control/limits`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      })
      expect(waiting.statusCode).toBe(503)
      const waitS = Number(waiting.headers['retry-after'])
      expect(waitS).toBeGreaterThan(0)
      expect(waiting.body).toContain(`http-equiv="refresh" content="${waitS}"`)
      expect((await get(`/pay/${code}`)).statusCode).toBe(302)
    })

    it('asks again by itself while the provider is down', async () => {
      const { code } = await f.payment()
      await f.faults({ provider: 'xendit', kind: 'error' })
      const waiting = await get(`/pay/${code}`)
      expect([waiting.statusCode, waiting.headers['retry-after']]).toEqual([503, '5'])
      await f.faults()
      expect((await get(`/pay/${code}`)).statusCode).toBe(302)
    })
  })

  it('shows a payment to its buyer and to nobody else', async () => {
    const payment = await f.payment()
    const other = await f.buyer()
    const own = await get(`/api/payments/${payment.id}`, payment.userId)
    expect(own.json()).toEqual({
      id: payment.id,
      code: payment.code,
      status: 'pending',
      amount_idr: 110_000,
      wallet_idr: 0,
      invoice_url: `http://laku.test/pay/${payment.code}`,
      expires_at: payment.expiresAt.toISOString(),
      // Nothing was paid, so nothing can be refunded.
      refund_to: null,
    })
    expect((await get(`/api/payments/${payment.id}`, other.userId)).statusCode).toBe(404)
    expect((await get(`/api/payments/${payment.id}`)).statusCode).toBe(401)
  })

  it('makes no fresh payment for an order that is not theirs', async () => {
    const { userId } = await f.buyer()
    const ask = (payload: object, token?: string) =>
      app.inject({
        method: 'POST',
        url: '/api/payments',
        payload,
        headers: token ? { authorization: `Bearer ${token}` } : {},
      })
    const token = app.signAccessToken({ userId, authSessionId: newId() })
    expect((await ask({ order_id: newId() }, token)).statusCode).toBe(404)
    expect((await ask({ order_id: newId(), amount_idr: 1 }, token)).statusCode).toBe(400)
    expect((await ask({ order_id: newId() })).statusCode).toBe(401)
  })

  it('shows the wallet and what moved in it, by pages', async () => {
    const buyer = await f.buyer()
    expect((await get('/api/wallet', buyer.userId)).json()).toEqual({ balance_idr: 0, held_idr: 0 })
    await f.fillWallet(buyer.userId, 110_000)
    await f.fillWallet(buyer.userId, 5_000)
    await f.payment('wallet', buyer)
    expect((await get('/api/wallet', buyer.userId)).json()).toEqual({ balance_idr: 5_000, held_idr: 0 })
    const first = (await get('/api/wallet/entries?limit=2', buyer.userId)).json()
    expect(first.data.map((row: { amount_idr: number }) => row.amount_idr)).toEqual([-110_000, 5_000])
    const rest = (await get(`/api/wallet/entries?limit=2&cursor=${first.next_cursor}`, buyer.userId)).json()
    expect(rest).toMatchObject({
      data: [{ amount_idr: 110_000, kind: 'wallet.goodwill' }],
      next_cursor: null,
    })
    expect((await get('/api/wallet')).statusCode).toBe(401)
  })
})
