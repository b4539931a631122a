import fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { system } from '../../../test/laku.ts'
import { openPaymentFixture, type PaymentFixture } from '../../../test/payments.ts'
import { choreography } from '../../domain/composition/choreography.ts'
import { openInvoice } from '../../domain/payment/index.ts'
import { webhooksSweepJob } from '../../jobs/webhooks/sweep.ts'
import { webhooksXenditJob } from '../../jobs/webhooks/xendit.ts'
import { buildServer } from '../server.ts'

const PAYMENTS = 25
const DELIVERIES = 4

describe('webhooks while the worker is down', () => {
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
  })
  afterAll(async () => {
    expect(await f.broken()).toEqual([])
    await app.close()
    await f.laku.close()
  })

  const opened = async () => {
    const payment = await f.payment()
    const { unitOfWork, providers } = f.laku
    const context = { unitOfWork, actor: system, gateway: providers.gateway, publicUrl: 'http://laku.test' }
    await openInvoice(context, payment.code)
    return { ...payment, invoiceId: (await f.row(payment.id)).providerInvoiceId as string }
  }
  type Opened = Awaited<ReturnType<typeof opened>>
  const deliver = ({ invoiceId, code }: Opened, status: string) =>
    app.inject({
      method: 'POST',
      url: '/api/webhooks/xendit',
      payload: { id: invoiceId, external_id: code, status, paid_amount: 110_000 },
      headers: { 'x-callback-token': f.laku.config.xenditCallbackToken[0] as string },
    })

  it('are all answered 200, and processed once when it is back', async () => {
    const payments: Opened[] = []
    for (let i = 0; i < PAYMENTS; i++) payments.push(await opened())
    for (const { invoiceId } of payments) await f.pay(invoiceId)
    const before = await f.balance('gateway')
    const sent = payments.flatMap((payment) =>
      Array.from({ length: DELIVERIES }, () => deliver(payment, 'PAID')),
    )
    const answers = await Promise.all(sent)
    expect(answers.filter((answer) => answer.statusCode === 200)).toHaveLength(PAYMENTS * DELIVERIES)
    for (const { id } of payments) expect((await f.row(id)).status).toBe('pending')
    await f.laku.drain()
    for (const { id } of payments) {
      expect((await f.row(id)).status).toBe('paid')
      expect(await f.events('payment.paid', id)).toBe(1)
    }
    expect(await f.balance('gateway')).toBe(before + PAYMENTS * 110_000)
    const left = await f.laku.db
      .selectFrom('webhookInbox')
      .select('id')
      .where('status', '<>', 'processed')
      .execute()
    expect(left).toEqual([])
  })

  it('lead to one state in whatever order and however often they come', async () => {
    const updates = ['PAID', 'EXPIRED', 'PAID', 'SETTLED', 'EXPIRED']
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(updates, { minLength: 5 }),
        fc.boolean(),
        async (order, drained) => {
          const payment = await opened()
          await f.pay(payment.invoiceId)
          for (const status of order) {
            expect((await deliver(payment, status)).statusCode).toBe(200)
            if (drained) await f.laku.drain()
          }
          await f.laku.drain()
          expect((await f.row(payment.id)).status).toBe('paid')
          expect(await f.events('payment.paid', payment.id)).toBe(1)
          expect(await f.events('payment.expired', payment.id)).toBe(0)
        },
      ),
      { numRuns: 10 },
    )
  })
})
