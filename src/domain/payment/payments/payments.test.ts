import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPaymentFixture, type PaymentFixture } from '../../../../test/payments.ts'
import { secondsAfter } from '../../kernel/index.ts'
import { escrow } from '../../ledger/index.ts'
import { confirmPayments, createPayments, decideRefunds, expirePayments, releaseEscrow } from '../index.ts'

describe('payments', () => {
  let f: PaymentFixture
  beforeAll(async () => {
    f = await openPaymentFixture()
  })
  afterAll(async () => {
    expect(await f.broken()).toEqual([])
    await f.laku.close()
  })

  const confirmation = (paymentId: string, more: object = {}) => ({
    paymentId,
    paidAmountIdr: 110_000,
    paidAt: f.laku.clock.now(),
    channel: 'DANA',
    invoiceId: `inv-${paymentId}`,
    ...more,
  })
  const confirm = (...all: ReturnType<typeof confirmation>[]) =>
    f.laku.system((work) => confirmPayments(work, all))

  it('are made in one statement, with a code, and end with the hold', async () => {
    const payment = await f.payment()
    expect(payment.code).toMatch(/^PAY-\d{6}-/)
    expect(await f.row(payment.id)).toMatchObject({ status: 'pending', nextCheckAt: payment.expiresAt })
  })

  it('are paid at once from a wallet', async () => {
    const buyer = await f.buyer()
    await f.fillWallet(buyer.userId, 150_000)
    const before = await f.balance(escrow(f.sessionId))
    const payment = await f.payment('wallet', buyer)
    expect(payment.status).toBe('paid')
    expect(await f.balance(escrow(f.sessionId))).toBe(before + 110_000)
    expect(await f.balance(`wallet:${buyer.userId}`)).toBe(40_000)
    expect(await f.events('payment.paid', payment.id)).toBe(1)
  })

  it('are not made where the wallet does not hold enough, and the refusal names whose', async () => {
    const buyer = await f.buyer()
    await f.fillWallet(buyer.userId, 100_000)
    await expect(f.payment('wallet', buyer)).rejects.toMatchObject({
      code: 'wallet.insufficient_balance',
      details: { userIds: [buyer.userId], balanceIdr: 100_000, neededIdr: 110_000 },
    })
    expect(await f.balance(`wallet:${buyer.userId}`)).toBe(100_000)
  })

  it('never take a wallet below zero, whoever pays from it at the same time', async () => {
    const [a, b] = [await f.buyer(), await f.buyer()]
    await f.fillWallet(a.userId, 150_000)
    const tries = [a.participantId, b.participantId].map((participantId) =>
      f.payment('wallet', { ...a, participantId }),
    )
    const settled = await Promise.allSettled(tries)
    expect(settled.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(settled.find((result) => result.status === 'rejected')).toMatchObject({
      reason: { code: 'wallet.insufficient_balance' },
    })
    expect(await f.balance(`wallet:${a.userId}`)).toBe(40_000)
  })

  it('are confirmed once, however often and by whomever it is said', async () => {
    const payments = await Promise.all([f.payment(), f.payment(), f.payment()])
    const before = await f.balance('gateway')
    const all = payments.map((payment) => confirmation(payment.id))
    const outcomes = (
      await Promise.all([confirm(...all), confirm(...all.toReversed()), confirm(...all)])
    ).flat()
    expect(outcomes.filter((outcome) => outcome.outcome === 'paid')).toHaveLength(3)
    expect(outcomes.filter((outcome) => outcome.outcome === 'already')).toHaveLength(6)
    expect(await f.balance('gateway')).toBe(before + 330_000)
    for (const payment of payments) expect(await f.events('payment.paid', payment.id)).toBe(1)
  })

  it('count although they came late: the paid thing decides', async () => {
    const payment = await f.payment()
    expect(await f.laku.system((work) => expirePayments(work, [payment.id]))).toEqual([payment.id])
    expect(await f.laku.system((work) => expirePayments(work, [payment.id]))).toEqual([])
    expect(await f.events('payment.expired', payment.id)).toBe(1)
    expect(await confirm(confirmation(payment.id))).toEqual([{ paymentId: payment.id, outcome: 'late' }])
    expect(await f.row(payment.id)).toMatchObject({ status: 'paid', channel: 'DANA' })
    expect(await f.events('payment.paid', payment.id)).toBe(1)
    expect(await f.laku.system((work) => expirePayments(work, [payment.id]))).toEqual([])
  })

  it('go to review with a wrong amount, the money to quarantine, and a person is told', async () => {
    const payment = await f.payment()
    const before = await f.balance('quarantine')
    const wrong = confirmation(payment.id, { paidAmountIdr: 100_000 })
    expect(await confirm(wrong)).toMatchObject([{ outcome: 'review' }])
    expect(await confirm(wrong)).toMatchObject([{ outcome: 'already' }])
    expect(await f.balance('quarantine')).toBe(before + 100_000)
    expect(await f.row(payment.id)).toMatchObject({ status: 'review', paidAmountIdr: 100_000 })
    expect(await f.events('payment.paid', payment.id)).toBe(0)
    expect(await f.attention()).toContain(`payment_wrong_amount ${payment.id}`)
  })

  it('paid on two invoices count once; the second money waits in quarantine', async () => {
    const payment = await f.payment()
    const before = await f.balance('quarantine')
    const second = confirmation(payment.id, { invoiceId: 'second' })
    expect(await confirm(confirmation(payment.id), second)).toMatchObject([
      { outcome: 'paid' },
      { outcome: 'twice' },
    ])
    expect(await confirm(second)).toMatchObject([{ outcome: 'twice' }])
    expect(await f.balance('quarantine')).toBe(before + 110_000)
    expect(await f.attention()).toContain('payment_paid_twice second')
  })

  it('release their escrow once: factory, commission, shipping and the rebate', async () => {
    const buyer = await f.buyer()
    const payment = await f.payment('invoice', buyer)
    await confirm(confirmation(payment.id))
    const before = { escrow: await f.balance(escrow(f.sessionId)), commission: await f.balance('commission') }
    const release = {
      ...buyer,
      paymentId: payment.id,
      paidIdr: 110_000,
      shippingIdr: 10_000,
      rebateIdr: 20_000,
      items: [{ orderItemId: payment.id, factoryId: f.factoryId, goodsIdr: 80_000, commissionIdr: 4_000 }],
    }
    const go = () => f.laku.system((work) => releaseEscrow(work, [release]))
    const done = await Promise.all([go(), go(), go()])
    expect(done.map((result) => result.count).sort()).toEqual([0, 0, 1])
    expect(await f.balance(escrow(f.sessionId))).toBe(before.escrow - 110_000)
    expect(await f.balance('commission')).toBe(before.commission + 4_000)
    expect(await f.balance(`factory:${f.factoryId}`)).toBe(76_000)
    expect(await f.balance(`wallet:${buyer.userId}`)).toBe(20_000)
    expect(await f.row(payment.id)).toMatchObject({ status: 'paid', returnedIdr: 20_000, refundedIdr: 0 })
  })

  it('are not released where their money is not there', async () => {
    const buyer = await f.buyer()
    const payment = await f.payment('invoice', buyer)
    const release = {
      ...buyer,
      paymentId: payment.id,
      paidIdr: 110_000,
      shippingIdr: 10_000,
      rebateIdr: 0,
      items: [],
    }
    const go = () => f.laku.system((work) => releaseEscrow(work, [release]))
    await expect(go()).rejects.toMatchObject({ code: 'payment.not_releasable' })
    await confirm(confirmation(payment.id))
    // A payment whose refund is under way still counts as received.
    const refund = { key: 'left', paymentId: payment.id, amountIdr: 110_000, reason: 'buyer_left' }
    await f.laku.system((work) => decideRefunds(work, [refund]))
    expect((await f.row(payment.id)).status).toBe('paid')
    await expect(go()).rejects.toMatchObject({ code: 'payment.not_releasable' })
  })

  it('take a thousand at once in a few statements', async () => {
    const buyer = await f.buyer()
    const draft = {
      userId: buyer.userId,
      subject: { participantId: buyer.participantId, sessionId: f.sessionId },
      amountIdr: 110_000,
      method: 'invoice' as const,
      expiresAt: secondsAfter(f.laku.clock.now(), 60),
    }
    const payments = await f.laku.system((work) => createPayments(work, Array(1_000).fill(draft)))
    const outcomes = await confirm(...payments.map((payment) => confirmation(payment.id)))
    expect(outcomes.every((outcome) => outcome.outcome === 'paid')).toBe(true)
  })
})
