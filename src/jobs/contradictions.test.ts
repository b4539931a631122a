import { afterAll, beforeAll, expect, it } from 'vitest'
import { sandboxControl } from '../../test/control.ts'
import { admin, system } from '../../test/laku.ts'
import { openPaymentFixture, type PaymentFixture } from '../../test/payments.ts'
import { newId } from '../domain/kernel/index.ts'
import { type Mail, mailAttention } from '../domain/notification/index.ts'
import {
  cancelPayments,
  confirmInvoices,
  decideRefunds,
  endPayment,
  openInvoice,
  submitRefunds,
  sweepPayments,
  sweepRefunds,
} from '../domain/payment/index.ts'
import type { GatewayTransaction } from '../domain/payment/reconciliation/gateway-transactions.ts'
import { askAbout } from '../domain/payment/reconciliation/resolve-lines.ts'
import { receiveWebhook } from '../domain/webhooks/index.ts'
import { webhooksXenditJob } from './webhooks/xendit.ts'

let f: PaymentFixture
beforeAll(async () => {
  f = await openPaymentFixture()
})
afterAll(async () => {
  expect(await f.broken()).toEqual([])
  await f.laku.close()
})

const gateway = () => f.laku.providers.gateway
const opened = async () => {
  const payment = await f.payment()
  await openInvoice(
    { unitOfWork: f.laku.unitOfWork, actor: system, gateway: gateway(), publicUrl: 'http://x' },
    payment.code,
  )
  const [invoice] = await gateway().findInvoices(payment.code)
  return { payment, invoiceId: invoice?.id as string }
}
const receive = (body: object) =>
  f.laku.system((work) =>
    receiveWebhook(work, { provider: 'xendit', dedupeKey: newId(), headers: {}, body: JSON.stringify(body) }),
  )
const run = (ids: string[], over: Partial<ReturnType<typeof gateway>> = {}) =>
  webhooksXenditJob.run(
    {
      ...f.laku,
      unitOfWork: f.laku.unitOfWork,
      providers: { ...f.laku.providers, gateway: { ...gateway(), ...over } },
    } as never,
    ids.map((inboxId) => ({ id: newId(), data: { inboxId } })),
  )
const inbox = (id: string) =>
  f.laku.db.selectFrom('webhookInbox').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
const paidUpdate = (invoiceId: string, code: string) => ({ id: invoiceId, external_id: code, status: 'PAID' })

it('issue 11, case 11: an invoice in quarantine whose paid amount grew holds up no good payment beside it', async () => {
  const [grown, good] = [await opened(), await opened()]
  await f.pay(grown.invoiceId, { amount: 60_000 })
  await f.pay(good.invoiceId)
  const read = await gateway().getInvoice(grown.invoiceId)
  await f.laku.system((work) => confirmInvoices(work, [read]))
  const ids = [
    await receive(paidUpdate(grown.invoiceId, grown.payment.code)),
    await receive(paidUpdate(good.invoiceId, good.payment.code)),
  ]
  const getInvoice = async (id: string) => {
    const invoice = await gateway().getInvoice(id)
    return id === grown.invoiceId ? { ...invoice, paidAmountIdr: 90_000 } : invoice
  }
  await run(ids, { getInvoice })
  expect((await f.row(good.payment.id)).status).toBe('paid')
  expect(await f.balance('quarantine')).toBe(60_000)
})

it('issue 11, case 11: one delivery that throws is set aside with its attention, and the others are done', async () => {
  const [bad, good] = [await opened(), await opened()]
  await f.pay(bad.invoiceId)
  await f.pay(good.invoiceId)
  const [badId, goodId] = [
    await receive(paidUpdate(bad.invoiceId, bad.payment.code)),
    await receive(paidUpdate(good.invoiceId, good.payment.code)),
  ]
  const getInvoice = async (id: string) => {
    const invoice = await gateway().getInvoice(id)
    return id === bad.invoiceId ? { ...invoice, paidAmountIdr: 0.5 } : invoice
  }
  for (let i = 0; i < f.laku.policy.providerAttempts; i++) await run([badId, goodId], { getInvoice })
  expect((await f.row(good.payment.id)).status).toBe('paid')
  expect(await inbox(goodId)).toMatchObject({ status: 'processed' })
  expect((await f.row(bad.payment.id)).status).toBe('pending')
  expect(await f.attention()).toContain(`webhook_failed ${badId}`)
})

const contradicted = async () => {
  const { payment, invoiceId } = await opened()
  await gateway().expireInvoice(invoiceId)
  const id = await receive(paidUpdate(invoiceId, payment.code))
  await run([id])
  return { payment, invoiceId, id }
}
const itemOf = (subjectId: string) =>
  f.laku.db.selectFrom('attention').selectAll().where('subjectId', '=', subjectId).execute()
const sweep = () => sweepPayments({ unitOfWork: f.laku.unitOfWork, actor: system, gateway: gateway() })

it('fact 12: a delivery says PAID and the invoice read again EXPIRED: it does not end, and a person is told', async () => {
  const { payment, id } = await contradicted()
  expect(await inbox(id)).toMatchObject({ status: 'received', attempts: 1 })
  for (let i = 0; i < 2; i++) await run([id])
  expect(await itemOf(payment.id)).toMatchObject([
    {
      kind: 'payment_unresolved',
      command: `laku payments sync ${payment.code}`,
      details: { otherwise: `laku payments expire ${payment.code}` },
    },
  ])
  expect(await itemOf(id)).toEqual([])
  // Time passes, and the provider is asked again and again.
  f.laku.clock.shift(7_200)
  await sweep()
  expect((await f.row(payment.id)).status).toBe('pending')
  expect(await f.events('payment.expired', payment.id)).toBe(0)
  // The buyer is not sent to pay again.
  const context = { unitOfWork: f.laku.unitOfWork, actor: system, gateway: gateway(), publicUrl: 'http://x' }
  expect(await openInvoice(context, payment.code)).toEqual({ state: 'checking' })
  // A person looks at the dashboard and finds no money. The webhook delivery does not count any more.
  await f.laku.as(admin, (work) => endPayment(work, { payment: payment.code }))
  await cancelPayments({ unitOfWork: f.laku.unitOfWork, actor: system, gateway: gateway() }, [payment.id])
  expect((await f.row(payment.id)).status).toBe('expired')
  expect(await f.events('payment.expired', payment.id)).toBe(1)
  await run([id])
  expect(await inbox(id)).toMatchObject({ status: 'processed' })
})

it('fact 12: a delivery says PAID and the invoice reads PENDING until its end: closing it does not end the payment', async () => {
  const { payment, invoiceId } = await opened()
  const id = await receive(paidUpdate(invoiceId, payment.code))
  await run([id])
  f.laku.clock.shift(7_200)
  await sweep()
  expect((await gateway().getInvoice(invoiceId)).status).toBe('EXPIRED')
  expect((await f.row(payment.id)).status).toBe('pending')
})

it('fact 12: a payment that ended before a delivery called it paid is shown as that delivery', async () => {
  const { payment, invoiceId } = await opened()
  const read = await gateway().expireInvoice(invoiceId)
  await f.laku.system((work) => confirmInvoices(work, [read]))
  const id = await receive(paidUpdate(invoiceId, payment.code))
  for (let i = 0; i < 3; i++) await run([id])
  expect(await itemOf(id)).toMatchObject([
    { kind: 'webhook_failed', command: `laku payments sync ${payment.code}` },
  ])
})

it("fact 12: the provider's book decides between its webhook and its reading", async () => {
  const { payment, invoiceId } = await opened()
  await f.profile({ 'xendit.invoice-reading': 'expired' })
  try {
    await f.pay(invoiceId)
    await run([await receive(paidUpdate(invoiceId, payment.code))])
    expect((await f.row(payment.id)).status).toBe('pending')
    const { transactions } = await gateway().listTransactions({ limit: 50 })
    const line = transactions.find((transaction) => transaction.paymentLinkId === invoiceId)
    const book = { unitOfWork: f.laku.unitOfWork, actor: system, gateway: gateway() }
    await askAbout(book, line as GatewayTransaction)
    expect(await f.row(payment.id)).toMatchObject({ status: 'paid', channel: 'DANA' })
    expect(await f.events('payment.paid', payment.id)).toBe(1)
  } finally {
    await f.profile({})
  }
})

it.each(['CREDIT_CARD', 'QRIS'])(
  'fact 12: a dispute of a payment by %s is told of with the day by which it is answered, until it is',
  async (channel) => {
    const { payment, invoiceId } = await opened()
    await f.pay(invoiceId, { channel })
    const control = sandboxControl(f.laku)
    const dispute = await control<{ id: string; due_date: string }>('POST', '/disputes', { of: invoiceId })
    await run([await receive(dispute)])
    const open = f.laku.db.selectFrom('attention').selectAll().where('subjectId', '=', dispute.id)
    const item = await open.executeTakeFirstOrThrow()
    expect(item).toMatchObject({ kind: 'dispute_open', command: `laku payments show ${payment.code}` })
    expect(item.message).toContain(dispute.due_date)
    await run([
      await receive(
        await control<object>('POST', '/disputes', { of: invoiceId, id: dispute.id, event: 'won' }),
      ),
    ])
    expect((await open.executeTakeFirstOrThrow()).resolvedAt).not.toBeNull()
  },
)

it('fact 12: events that are not known are told of once a kind, and v3_payout is one of a payout', async () => {
  const of = (event: string) => receive({ event, data: { id: newId(), status: 'X' } })
  await run([await of('invoice.created'), await of('invoice.created'), await of('v3_payout.succeeded')])
  const told = (await f.attention()).filter((text) => text.startsWith('webhook_unknown'))
  expect(told).toEqual(['webhook_unknown xendit:invoice.created'])
})

it('fact 12: an invoice that reads EXPIRED against its own webhook, and PAID later: what came in is booked', async () => {
  const { payment, invoiceId } = await opened()
  const gatewayIdr = await f.balance('gateway')
  await f.profile({ 'xendit.invoice-reading': 'expired' })
  try {
    await f.pay(invoiceId)
    const id = await receive(paidUpdate(invoiceId, payment.code))
    await run([id])
    expect(await inbox(id)).toMatchObject({ status: 'received', attempts: 1 })
    expect(await f.balance('gateway')).toBe(gatewayIdr)
    await f.profile({})
    await run([id])
    expect(await inbox(id)).toMatchObject({ status: 'processed' })
    expect(await f.balance('gateway')).toBe(gatewayIdr + payment.amountIdr)
  } finally {
    await f.profile({})
  }
})

it.each([
  ['our reference left out', { reference_id: null }],
  ['a state that nobody knows', { status: 'NEEDS_EVIDENCE' }],
  ['no state but the event', { status: null }],
])('fact 12: a dispute with %s is told of with its payment and its day', async (_what, odd) => {
  const { payment, invoiceId } = await opened()
  await f.pay(invoiceId, { channel: 'CREDIT_CARD' })
  const read = await gateway().getInvoice(invoiceId)
  await f.laku.system((work) => confirmInvoices(work, [read]))
  const told = await sandboxControl(f.laku)<{ id: string; due_date: string }>('POST', '/disputes', {
    of: invoiceId,
  })
  await run([await receive({ ...told, ...odd })])
  const open = f.laku.db.selectFrom('attention').selectAll().where('subjectId', '=', told.id)
  const item = await open.executeTakeFirstOrThrow()
  expect(item).toMatchObject({ kind: 'dispute_open', command: `laku payments show ${payment.code}` })
  expect(item.message).toContain(told.due_date)
})

it('fact 12: what waits for evidence is mailed at once, with the day by which it is wanted', async () => {
  const { invoiceId } = await opened()
  await f.pay(invoiceId, { channel: 'CREDIT_CARD' })
  const told = await sandboxControl(f.laku)<{ due_date: string }>('POST', '/disputes', { of: invoiceId })
  await run([await receive(told)])
  const mails: Mail[] = []
  const mailer = { send: async (mail: Mail) => ({ messageId: String(mails.push(mail)) }) }
  await mailAttention({ unitOfWork: f.laku.unitOfWork, actor: system, mailer, to: 'ops@example.com' })
  expect(mails.map((mail) => mail.text).join()).toContain(`by ${told.due_date}; otherwise the money is lost.`)
})

it('fact 12: a delivery says that a refund went and the refund read again that it failed: nothing goes again, a person is told', async () => {
  const { payment, invoiceId } = await opened()
  await f.pay(invoiceId, { channel: 'DANA' })
  const read = await gateway().getInvoice(invoiceId)
  await f.laku.system((work) => confirmInvoices(work, [read]))
  await f.laku.system((work) =>
    decideRefunds(work, [
      { key: newId(), paymentId: payment.id, amountIdr: 40_000, reason: 'session_failed' },
    ]),
  )
  const context = { unitOfWork: f.laku.unitOfWork, actor: system, gateway: gateway() }
  const [refund] = await f.refundsOf(payment.id)
  await submitRefunds(context, [refund?.id as string])
  const [sent] = await f.refundsOf(payment.id)
  const providerId = sent?.providerRefundId as string
  await sandboxControl(f.laku)('POST', `/refunds/${providerId}`, { status: 'FAILED', force: true })
  const data = { id: providerId, reference_id: `${sent?.code}-1`, status: 'SUCCEEDED', amount: 40_000 }
  const id = await receive({ event: 'refund.succeeded', data })
  for (let i = 0; i < 3; i++) await run([id])
  f.laku.clock.shift(7_200)
  await sweepRefunds(context)
  const there = (await gateway().findRefunds({ invoiceId, paymentId: null, paymentRequestId: null })).refunds
    .length
  expect([there, (await f.refundsOf(payment.id))[0]?.status]).toEqual([1, 'submitted'])
  const item = await f.laku.db.selectFrom('attention').selectAll().where('subjectId', '=', id).execute()
  expect(item).toMatchObject([{ kind: 'webhook_failed', command: `laku refunds show ${sent?.code}` }])
  // The provider reports it twice, so it is accepted.
  await run([await receive({ event: 'refund.failed', data: { ...data, status: 'FAILED' } })])
  expect((await f.refundsOf(payment.id))[0]?.status).toBe('failed')
})
