import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { system } from '../../../test/laku.ts'
import { openPaymentFixture, type PaymentFixture } from '../../../test/payments.ts'
import { choreography } from '../../domain/composition/choreography.ts'
import { newId } from '../../domain/kernel/index.ts'
import { decideRefunds, openInvoice, submitRefunds } from '../../domain/payment/index.ts'
import { webhooksSweepJob } from '../../jobs/webhooks/sweep.ts'
import { webhooksXenditJob } from '../../jobs/webhooks/xendit.ts'
import { buildServer } from '../server.ts'

const url = '/api/webhooks/xendit'

describe("xendit's webhooks", () => {
  let f: PaymentFixture
  let app: FastifyInstance
  beforeAll(async () => {
    f = await openPaymentFixture({
      jobs: [webhooksXenditJob, webhooksSweepJob],
      choreography: {
        'webhook.received': choreography['webhook.received'],
      },
    })
    app = await buildServer(f.laku)
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    f.laku.sandbox.setLakuUrl(`http://127.0.0.1:${port}`)
    await f.webhooks({})
  })
  afterEach(async () => {
    await f.faults()
    await f.webhooks({})
  })
  afterAll(async () => {
    expect(await f.broken()).toEqual([])
    await app.close()
    await f.laku.close()
  })

  const context = () => {
    const { unitOfWork, providers } = f.laku
    return { unitOfWork, actor: system, gateway: providers.gateway, publicUrl: 'http://laku.test' }
  }
  const opened = async () => {
    const payment = await f.payment()
    await openInvoice(context(), payment.code)
    return { ...payment, invoiceId: (await f.row(payment.id)).providerInvoiceId as string }
  }
  const statusOf = async (id: string) => (await f.row(id)).status
  const inbox = () => f.laku.db.selectFrom('webhookInbox').selectAll().orderBy('id').execute()
  const deliver = (payload: string | object, headers: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url,
      payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
      headers: {
        'content-type': 'application/json',
        'x-callback-token': f.laku.config.xenditCallbackToken[0] as string,
        ...headers,
      },
    })

  it('confirm a payment, from the page at the provider to the ledger', async () => {
    const payment = await opened()
    await f.pay(payment.invoiceId, { channel: 'QRIS' })
    await f.settled()
    expect(await statusOf(payment.id)).toBe('pending')
    await f.laku.drain()
    expect(await f.row(payment.id)).toMatchObject({ status: 'paid', channel: 'QRIS', paidAmountIdr: 110_000 })
    expect((await inbox()).at(-1)).toMatchObject({ status: 'processed', deliveries: 1 })
  })

  it('confirm each once, doubled and shuffled, refunds too', async () => {
    await f.webhooks({ duplicates: 3, shuffle: true })
    const payments = await Promise.all(Array.from({ length: 10 }, opened))
    const before = await f.balance('gateway')
    await Promise.all(payments.map((payment) => f.pay(payment.invoiceId)))
    await f.settled()
    await f.laku.drain()
    expect(await f.balance('gateway')).toBe(before + 1_100_000)
    const decisions = payments.map((payment) => ({
      key: newId(),
      paymentId: payment.id,
      amountIdr: 110_000,
      reason: 'session_failed',
    }))
    await f.laku.system((work) => decideRefunds(work, decisions))
    const refunds = (await Promise.all(payments.map((payment) => f.refundsOf(payment.id)))).flat()
    await submitRefunds(
      context(),
      refunds.map((refund) => refund.id),
    )
    await f.settled()
    await f.laku.drain()
    expect(await f.balance('gateway')).toBe(before)
    for (const payment of payments) {
      expect(await statusOf(payment.id)).toBe('refunded')
      expect(await f.events('refund.succeeded', payment.id)).toBe(1)
    }
    expect((await inbox()).every((row) => row.status === 'processed')).toBe(true)
    expect((await inbox()).at(-1)?.deliveries).toBe(4)
  })

  it('are believed only as far as the provider confirms them', async () => {
    const payment = await opened()
    const forged = { id: payment.invoiceId, external_id: payment.code, status: 'PAID', paid_amount: 110_000 }
    expect((await deliver(forged)).statusCode).toBe(200)
    await f.laku.drain()
    expect(await statusOf(payment.id)).toBe('pending')
  })

  it('book PAID after EXPIRED', async () => {
    const payment = await opened()
    await f.laku.providers.gateway.expireInvoice(payment.invoiceId)
    await f.settled()
    await f.laku.drain()
    expect(await statusOf(payment.id)).toBe('expired')
    await f.pay(payment.invoiceId, { late: true })
    await f.settled()
    await f.laku.drain()
    expect(await statusOf(payment.id)).toBe('paid')
  })

  it('wait while the provider cannot be asked, are processed by the sweep, and shown to a person when it lasts', async () => {
    const payment = await opened()
    await f.faults({ provider: 'xendit', operation: 'getInvoice', kind: 'refuse' })
    await f.pay(payment.invoiceId)
    await f.settled()
    await f.laku.drain()
    const [row] = (await inbox()).filter((value) => value.body?.includes(payment.code))
    expect(row).toMatchObject({ status: 'received', attempts: 1 })
    for (let i = 0; i < 8; i++) {
      f.laku.clock.shift(3_601)
      await f.laku.drain()
    }
    expect(await f.attention()).toContain(`webhook_failed ${row?.id}`)
    await f.faults()
    f.laku.clock.shift(3_601)
    await f.laku.drain()
    expect(await statusOf(payment.id)).toBe('paid')
  })

  it('that laku does not understand are kept and shown to a person', async () => {
    expect((await deliver({ event: 'something.else', data: {} })).statusCode).toBe(200)
    await f.laku.drain()
    const row = (await inbox()).at(-1)
    expect(row).toMatchObject({ status: 'failed' })
    // One attention item is raised for each kind, however many webhooks come.
    expect((await deliver({ event: 'something.else', data: { more: 1 } })).statusCode).toBe(200)
    await f.laku.drain()
    const told = (await f.attention()).filter((text) => text.startsWith('webhook_'))
    expect(told.filter((line) => line === 'webhook_unknown xendit:something.else')).toHaveLength(1)
    expect(told).not.toContain(`webhook_failed ${row?.id}`)
  })

  it('without the token, malformed or too large leave nothing behind', async () => {
    const before = (await inbox()).length
    const notice = { id: 'x', external_id: 'y', status: 'PAID' }
    expect((await deliver(notice, { 'x-callback-token': 'wrong' })).statusCode).toBe(401)
    expect((await deliver(notice, { 'x-callback-token': '' })).statusCode).toBe(401)
    expect((await deliver('{"id":')).statusCode).toBe(400)
    expect((await deliver('[]')).statusCode).toBe(400)
    expect((await deliver({ ...notice, fill: 'x'.repeat(256 * 1024) })).statusCode).toBe(413)
    expect(await inbox()).toHaveLength(before)
  })

  it('never store the secret that came with them', async () => {
    await deliver({ id: newId(), external_id: 'nobody', status: 'EXPIRED' })
    expect(JSON.stringify(await inbox())).not.toContain(f.laku.config.xenditCallbackToken[0])
  })
})
