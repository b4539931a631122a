import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPaymentFixture, type PaymentFixture } from '../../../test/payments.ts'
import { refusal } from '../../../test/storefront.ts'
import { finance } from '../../../test/wallets.ts'
import { newId } from '../kernel/index.ts'
import { escrow } from '../ledger/index.ts'
import {
  applyQuarantined,
  confirmPayments,
  createRefund,
  decideRefunds,
  recordChargeback,
  releaseEscrow,
} from './index.ts'
import { splitRefund } from './rules.ts'

describe('a buyer gets back what they paid, and that once', () => {
  let f: PaymentFixture
  beforeAll(async () => {
    f = await openPaymentFixture()
  })
  afterAll(async () => {
    expect(await f.broken()).toEqual([])
    await f.laku.close()
  })

  const paid = async (paidAmountIdr = 110_000) => {
    const buyer = await f.buyer()
    const payment = await f.payment('invoice', buyer)
    const [paidAt, invoiceId] = [f.laku.clock.now(), newId()]
    const said = { paymentId: payment.id, paidAmountIdr, paidAt, channel: 'CREDIT_CARD', invoiceId }
    await f.laku.system((work) => confirmPayments(work, [said]))
    return { ...payment, ...buyer }
  }
  const chargeBack = (paymentId: string, amountIdr: number) =>
    f.laku.as(finance(), (work) => recordChargeback(work, { transactionId: newId(), paymentId, amountIdr }))
  const refund = (paymentId: string, amountIdr: number) =>
    f.laku.system((work) =>
      decideRefunds(work, [{ key: newId(), paymentId, amountIdr, reason: 'session_failed' }]),
    )
  const books = async () => ({
    loss: await f.balance('chargeback-loss'),
    subsidy: await f.balance('subsidy'),
    payable: await f.balance('refunds-payable'),
    escrow: await f.balance(escrow(f.sessionId)),
  })

  it('what their card’s issuer took back is not refunded as well: it makes the loss good', async () => {
    const before = await books()
    const { id, userId } = await paid()
    await chargeBack(id, 110_000)
    await refund(id, 110_000)
    expect(await f.balance(`wallet:${userId}`)).toBe(0)
    expect(await books()).toEqual(before)
    expect((await f.row(id)).status).toBe('refunded')
  })

  it('in part, the buyer gets the rest', async () => {
    const before = await books()
    const { id, userId } = await paid()
    await chargeBack(id, 30_000)
    await refund(id, 50_000)
    await refund(id, 60_000)
    expect(await f.balance(`wallet:${userId}`)).toBe(80_000)
    expect(await books()).toEqual(before)
  })

  it('a rebate is theirs only out of what they paid', async () => {
    const { loss } = await books()
    const { id, userId, participantId, sessionId } = await paid()
    await chargeBack(id, 110_000)
    const items = [{ orderItemId: newId(), factoryId: f.factoryId, goodsIdr: 80_000, commissionIdr: 4_000 }]
    const release = { participantId, sessionId, userId, paymentId: id, paidIdr: 110_000, shippingIdr: 10_000 }
    await f.laku.system((work) => releaseEscrow(work, [{ ...release, rebateIdr: 20_000, items }]))
    expect(await f.balance(`wallet:${userId}`)).toBe(0)
    expect(await f.balance('chargeback-loss')).toBe(loss + 90_000)
    const more = { payment: id, amountIdr: 10_000, note: 'a test', borneBy: 'company' as const }
    expect(await refusal(f.laku.as(finance(), (work) => createRefund(work, more)))).toBe(
      'payment.over_refunded',
    )
  })

  it('what the company put to a payment that came short comes back to it', async () => {
    const before = await books()
    const { id, userId } = await paid(100_000)
    const { id: strayId } = await f.laku.db
      .selectFrom('quarantinedMoney')
      .select('id')
      .where('paymentId', '=', id)
      .executeTakeFirstOrThrow()
    await f.laku.as(finance(), (work) => applyQuarantined(work, { id: strayId }))
    await refund(id, 110_000)
    expect(await f.balance(`wallet:${userId}`)).toBe(100_000)
    expect(await books()).toEqual(before)
  })

  it('is split by what went before', () => {
    const payment = { amountIdr: 100, paidAmountIdr: 90, chargedBackIdr: 20, returnedIdr: 0 }
    expect(splitRefund(payment, 100)).toEqual({ buyerIdr: 70, lossIdr: 20, subsidyIdr: 10 })
    expect(splitRefund({ ...payment, returnedIdr: 60 }, 20)).toEqual({
      buyerIdr: 10,
      lossIdr: 10,
      subsidyIdr: 0,
    })
    expect(splitRefund({ ...payment, returnedIdr: 80 }, 20)).toEqual({
      buyerIdr: 0,
      lossIdr: 10,
      subsidyIdr: 10,
    })
    expect(splitRefund({ ...payment, chargedBackIdr: 200 }, 100)).toEqual({
      buyerIdr: 0,
      lossIdr: 100,
      subsidyIdr: 0,
    })
  })
})
