import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { system } from '../../../test/laku.ts'
import { openPaymentFixture, type PaymentFixture, shortTimeoutGateway } from '../../../test/payments.ts'
import { newId } from '../kernel/index.ts'
import { escrow } from '../ledger/index.ts'
import { claimWebhooks, receiveWebhook } from '../webhooks/index.ts'
import type { PaymentGateway } from './gateway.ts'
import {
  applyRefundAnswers,
  decideRefunds,
  expirePayments,
  openInvoice,
  processNotices,
  submitRefunds,
  sweepRefunds,
} from './index.ts'

/** Known defects of other shops' software, each by its name. */
describe('never', () => {
  let f: PaymentFixture
  let gateway: PaymentGateway
  let dies = false
  beforeAll(async () => {
    const reaction = async () => {
      if (dies) throw new Error('the process died')
    }
    f = await openPaymentFixture({ choreography: { 'payment.paid': { reactions: [reaction] } } })
    gateway = shortTimeoutGateway(f.laku)
  })
  afterEach(async () => {
    dies = false
    await f.faults()
    await f.refundOutcome('SUCCEEDED')
  })
  afterAll(async () => {
    expect(await f.broken()).toEqual([])
    await f.laku.close()
  })

  const context = () => ({
    unitOfWork: f.laku.unitOfWork,
    actor: system,
    gateway,
    publicUrl: 'http://laku.test',
  })
  const paidThere = async () => {
    const payment = await f.payment()
    await openInvoice(context(), payment.code)
    const [invoice] = await gateway.findInvoices(payment.code)
    const invoiceId = invoice?.id as string
    await f.pay(invoiceId)
    return { payment, invoiceId }
  }
  const deliver = (invoiceId: string) =>
    f.laku.system((work) =>
      receiveWebhook(work, {
        provider: 'xendit',
        dedupeKey: `invoice:${invoiceId}:PAID`,
        headers: {},
        body: '{}',
      }),
    )
  const process = (inboxId: string, id: string) =>
    processNotices(context(), [{ inboxId, kind: 'invoice', id, receivedAt: f.laku.clock.now() }])
  const inbox = (id: string) =>
    f.laku.db.selectFrom('webhookInbox').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

  it('is a webhook marked before its work is committed: a crash in between loses nothing', async () => {
    const { payment, invoiceId } = await paidThere()
    const inboxId = await deliver(invoiceId)
    dies = true
    await expect(process(inboxId, invoiceId)).rejects.toThrow('died')
    expect((await inbox(inboxId)).status).toBe('received')
    expect((await f.row(payment.id)).status).toBe('pending')
    dies = false
    expect(await deliver(invoiceId)).toBe(inboxId)
    f.laku.clock.shift(61)
    const due = await f.laku.system((work) => claimWebhooks(work, 100))
    expect(due.map(({ id }) => id)).toContain(inboxId)
    await process(inboxId, invoiceId)
    expect((await inbox(inboxId)).status).toBe('processed')
    expect((await f.row(payment.id)).status).toBe('paid')
  })

  it('is a webhook that comes twice at once booked twice', async () => {
    const { payment, invoiceId } = await paidThere()
    const before = await f.balance('gateway')
    const inboxId = await deliver(invoiceId)
    await Promise.all([process(inboxId, invoiceId), process(inboxId, invoiceId), process(inboxId, invoiceId)])
    expect(await f.balance('gateway')).toBe(before + 110_000)
    expect(await f.events('payment.paid', payment.id)).toBe(1)
  })

  it('is a payment after its expiry lost: it is in the book, and what it paid for is told', async () => {
    const { payment, invoiceId } = await paidThere()
    await f.laku.system((work) => expirePayments(work, [payment.id]))
    const before = await f.balance(escrow(f.sessionId))
    await process(await deliver(invoiceId), invoiceId)
    expect((await f.row(payment.id)).status).toBe('paid')
    expect(await f.balance(escrow(f.sessionId))).toBe(before + 110_000)
    expect(await f.events('payment.paid', payment.id)).toBe(1)
  })

  it('is a failed refund shown as done: not by being sent, not by a webhook, only by the provider’s success', async () => {
    const { payment, invoiceId } = await paidThere()
    await process(await deliver(invoiceId), invoiceId)
    const refund = { key: newId(), paymentId: payment.id, amountIdr: 110_000, reason: 'buyer_left' }
    await f.laku.system((work) => decideRefunds(work, [refund]))
    const only = async () =>
      (await f.refundsOf(payment.id))[0] as NonNullable<Awaited<ReturnType<typeof f.refundsOf>>[0]>
    await f.refundOutcome('FAILED', 'INSUFFICIENT_BALANCE')
    await submitRefunds(context(), [(await only()).id])
    expect(await f.row(payment.id)).toMatchObject({ status: 'paid', refundedIdr: 0 })
    await f.settled()
    const answer = await gateway.getRefund((await only()).providerRefundId as string)
    await f.laku.system((work) => applyRefundAnswers(work, [answer]))
    expect((await only()).status).toBe('failed')
    expect(await f.row(payment.id)).toMatchObject({ status: 'paid', refundedIdr: 0 })
    expect(await f.events('refund.succeeded', payment.id)).toBe(0)
    await f.refundOutcome('SUCCEEDED')
    for (let i = 0; i < 3; i++) {
      f.laku.clock.shift(901)
      await sweepRefunds(context())
      await f.settled()
    }
    expect(await f.row(payment.id)).toMatchObject({ status: 'refunded', refundedIdr: 110_000 })
  })
})
