import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { system } from '../../../../test/laku.ts'
import { openPaymentFixture, type PaymentFixture, shortTimeoutGateway } from '../../../../test/payments.ts'
import { newId } from '../../kernel/index.ts'
import { escrow } from '../../ledger/index.ts'
import type { GatewayRefund, PaymentGateway } from '../gateway.ts'
import {
  applyRefundAnswers,
  confirmInvoices,
  decideRefunds,
  openInvoice,
  refundSessionPayments,
  submitRefunds,
  sweepRefunds,
} from '../index.ts'

describe('refunds', () => {
  let f: PaymentFixture
  let gateway: PaymentGateway
  beforeAll(async () => {
    f = await openPaymentFixture()
  })
  beforeEach(() => {
    gateway = shortTimeoutGateway(f.laku)
  })
  afterEach(async () => {
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
  const paid = async (channel = 'DANA') => {
    const payment = await f.payment()
    await openInvoice(context(), payment.code)
    const [invoice] = await gateway.findInvoices(payment.code)
    await f.pay(invoice?.id as string, { channel })
    const read = await gateway.getInvoice(invoice?.id as string)
    await f.laku.system((work) => confirmInvoices(work, [read]))
    return payment
  }
  const decide = (paymentId: string, amountIdr = 110_000, key: string = newId()) =>
    f.laku.system((work) => decideRefunds(work, [{ key, paymentId, amountIdr, reason: 'buyer_left' }]))
  const only = async (paymentId: string) => {
    const [refund, ...more] = await f.refundsOf(paymentId)
    expect(more).toEqual([])
    return refund as NonNullable<typeof refund>
  }
  const decided = async (channel = 'DANA', amountIdr = 110_000) => {
    const payment = await paid(channel)
    await decide(payment.id, amountIdr)
    return { payment, refundId: (await only(payment.id)).id }
  }
  const submit = (...ids: string[]) => submitRefunds(context(), ids)
  const sweepAfter = async (seconds: number) => {
    f.laku.clock.shift(seconds)
    await sweepRefunds(context())
  }
  const atProvider = async (code: string) =>
    (await f.book()).refunds.filter((refund) => refund.reference_id.startsWith(code))
  const read = async (paymentId: string): Promise<GatewayRefund> =>
    gateway.getRefund((await only(paymentId)).providerRefundId as string)

  describe('deciding', () => {
    it('goes to the wallet at once where the channel takes nothing back', async () => {
      const before = await f.balance(escrow(f.sessionId))
      const { payment } = await decided('BCA')
      expect(await only(payment.id)).toMatchObject({ destination: 'wallet', status: 'succeeded' })
      expect(await f.balance(`wallet:${payment.userId}`)).toBe(110_000)
      expect(await f.balance(escrow(f.sessionId))).toBe(before)
      expect((await f.row(payment.id)).status).toBe('refunded')
      expect(await f.events('refund.succeeded', payment.id)).toBe(1)
    })

    it('sends LinkAja whole, and a part of it to the wallet', async () => {
      expect(await only((await decided('LINKAJA')).payment.id)).toMatchObject({ destination: 'source' })
      const { payment } = await decided('LINKAJA', 10_000)
      expect(await only(payment.id)).toMatchObject({ destination: 'wallet' })
      expect((await f.row(payment.id)).status).toBe('partially_refunded')
    })

    it('changes nothing the second time, and is a conflict for another amount', async () => {
      const payment = await paid()
      const key = newId()
      await decide(payment.id, 50_000, key)
      await decide(payment.id, 50_000, key)
      expect((await f.row(payment.id)).returnedIdr).toBe(50_000)
      await expect(decide(payment.id, 60_000, key)).rejects.toMatchObject({
        code: 'payment.refund_key_reused',
      })
      await submit((await only(payment.id)).id)
    })

    it('never passes what was paid, however many decide at once', async () => {
      const payment = await paid('BCA')
      const tries = await Promise.allSettled(Array.from({ length: 8 }, () => decide(payment.id, 40_000)))
      expect(tries.filter((result) => result.status === 'fulfilled')).toHaveLength(2)
      const lost = tries.filter((result) => result.status === 'rejected')
      for (const result of lost) expect(result.reason).toMatchObject({ code: 'payment.over_refunded' })
      expect((await f.row(payment.id)).returnedIdr).toBe(80_000)
      const same = newId()
      await Promise.all(Array.from({ length: 8 }, () => decide(payment.id, 30_000, same)))
      expect(await f.row(payment.id)).toMatchObject({ returnedIdr: 110_000, status: 'refunded' })
    })

    it('is refused for what was never received', async () => {
      const payment = await f.payment()
      await expect(decide(payment.id)).rejects.toMatchObject({ code: 'payment.not_refundable' })
    })
  })

  describe('sending', () => {
    it('succeeds only when the provider says so', async () => {
      const { payment, refundId } = await decided()
      const before = await f.balance('gateway')
      await submit(refundId)
      expect(await only(payment.id)).toMatchObject({ status: 'submitted' })
      expect(await f.balance('gateway')).toBe(before)
      await f.settled()
      const answer = await read(payment.id)
      await f.laku.system((work) => applyRefundAnswers(work, [answer]))
      await f.laku.system((work) => applyRefundAnswers(work, [answer, answer]))
      expect(await only(payment.id)).toMatchObject({ status: 'succeeded', nextCheckAt: null })
      expect(await f.balance('gateway')).toBe(before - 110_000)
      expect(await f.row(payment.id)).toMatchObject({ status: 'refunded', refundedIdr: 110_000 })
      expect(await f.events('refund.succeeded', payment.id)).toBe(1)
    })

    it('waits while staff have paused the provider, and does not fail', async () => {
      const pause = (paused: boolean) =>
        f.laku.db.updateTable('switches').set({ paused }).where('name', '=', 'xendit').execute()
      const { payment, refundId } = await decided()
      await pause(true)
      await submit(refundId)
      await sweepAfter(3_600)
      expect(await only(payment.id)).toMatchObject({ status: 'approved', attempt: 1 })
      expect(await atProvider((await only(payment.id)).code)).toEqual([])
      await pause(false)
      await sweepAfter(61)
      expect(await only(payment.id)).toMatchObject({ status: 'submitted', attempt: 1 })
    })

    it('is finished by asking when its webhook is lost', async () => {
      const { payment, refundId } = await decided()
      await submit(refundId)
      await f.settled()
      await sweepAfter(901)
      expect((await f.row(payment.id)).status).toBe('refunded')
    })

    it('is found by its reference when the webhook is faster than the answer', async () => {
      const { payment, refundId } = await decided()
      await f.faults({ provider: 'xendit', operation: 'createRefund', kind: 'commit_then_timeout', times: 1 })
      await submit(refundId)
      await f.settled()
      const [there] = await atProvider((await only(payment.id)).code)
      const answer = await gateway.getRefund(there?.id as string)
      await f.laku.system((work) => applyRefundAnswers(work, [answer]))
      expect(await only(payment.id)).toMatchObject({ status: 'succeeded', providerRefundId: there?.id })
    })

    it('waits while the provider is down, and goes on by itself', async () => {
      const { payment, refundId } = await decided()
      await f.faults({ provider: 'xendit', kind: 'error' })
      await submit(refundId)
      for (let i = 0; i < 6; i++) await sweepAfter(900)
      expect(await only(payment.id)).toMatchObject({ status: 'submitted' })
      expect(await f.attention()).toContain(`refund_stuck ${refundId}`)
      await f.faults()
      await sweepAfter(3_601)
      await f.settled()
      await sweepAfter(901)
      expect((await f.row(payment.id)).status).toBe('refunded')
      expect(await atProvider((await only(payment.id)).code)).toHaveLength(1)
    })
  })

  describe('failing', () => {
    it('goes to the wallet when the channel turns out to take nothing back', async () => {
      const { payment, refundId } = await decided()
      await f.faults({
        provider: 'xendit',
        operation: 'createRefund',
        kind: 'refuse',
        code: 'REFUND_NOT_SUPPORTED',
        times: 1,
      })
      await submit(refundId)
      expect(await only(payment.id)).toMatchObject({ status: 'to_wallet', destination: 'wallet' })
      expect(await f.balance(`wallet:${payment.userId}`)).toBe(110_000)
      expect((await f.row(payment.id)).status).toBe('refunded')
      await sweepAfter(3_600)
      expect(await f.balance(`wallet:${payment.userId}`)).toBe(110_000)
    })

    it('is tried again under a new key, and in the end goes to the wallet', async () => {
      const { payment, refundId } = await decided()
      await f.refundOutcome('FAILED')
      await submit(refundId)
      await f.settled()
      const first = await read(payment.id)
      await f.laku.system((work) => applyRefundAnswers(work, [first, first]))
      expect(await only(payment.id)).toMatchObject({
        status: 'failed',
        failureCode: 'REFUND_FAILED',
        attempt: 1,
      })
      expect(await f.balance(`wallet:${payment.userId}`)).toBe(0)
      await sweepAfter(11)
      expect(await only(payment.id)).toMatchObject({ status: 'submitted', attempt: 2 })
      // A webhook about the first attempt does not change the second attempt.
      await f.laku.system((work) => applyRefundAnswers(work, [first]))
      expect(await only(payment.id)).toMatchObject({ status: 'submitted', attempt: 2 })
      for (let i = 0; i < 6; i++) {
        await f.settled()
        await sweepAfter(901)
      }
      expect(await only(payment.id)).toMatchObject({ status: 'to_wallet', attempt: 3 })
      expect(await f.balance(`wallet:${payment.userId}`)).toBe(110_000)
      expect(await atProvider((await only(payment.id)).code)).toHaveLength(3)
    })

    it('never turns into wallet money where it may have gone back: a person is told', async () => {
      const { payment, refundId } = await decided()
      await f.faults({
        provider: 'xendit',
        operation: 'createRefund',
        kind: 'refuse',
        code: 'MAXIMUM_REFUND_AMOUNT_REACHED',
      })
      await submit(refundId)
      for (let i = 0; i < 8; i++) await sweepAfter(3_601)
      expect(await f.balance(`wallet:${payment.userId}`)).toBe(0)
      expect(await f.attention()).toContain(`refund_failing ${refundId}`)
      await f.faults()
      await sweepAfter(3_601)
    })

    it('tells a person of a refund that nothing here waits for', async () => {
      const payment = await paid()
      const row = await f.row(payment.id)
      const made = await gateway.createRefund({
        idempotencyKey: newId(),
        paymentRequestId: row.providerPaymentRequestId as string,
        referenceId: 'by-hand',
        amountIdr: 1_000,
        reason: 'OTHERS',
      })
      await f.settled()
      const answer = await gateway.getRefund(made.id)
      await f.laku.system((work) => applyRefundAnswers(work, [answer]))
      expect(await f.attention()).toContain(`refund_unexpected ${made.id}`)
    })
  })

  it('of a session go to everybody who paid, once', async () => {
    const payments = [await paid('BCA'), await paid('DANA')]
    await f.payment()
    const all = () => f.laku.system((work) => refundSessionPayments(work, [f.sessionId], 'session_failed'))
    const [first] = await all()
    expect(first?.count).toBeGreaterThanOrEqual(2)
    expect(await all()).toEqual([{ sessionId: f.sessionId, count: 0, amountIdr: 0 }])
    for (const payment of payments) expect((await f.row(payment.id)).returnedIdr).toBe(110_000)
    expect(await f.balance(escrow(f.sessionId))).toBe(0)
  })
})
