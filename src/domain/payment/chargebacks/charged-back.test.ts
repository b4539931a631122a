import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPaymentFixture, type PaymentFixture } from '../../../../test/payments.ts'
import { refusal } from '../../../../test/storefront.ts'
import { finance } from '../../../../test/wallets.ts'
import { newId } from '../../kernel/index.ts'
import { escrow } from '../../ledger/index.ts'
import { splitRefund } from '../entitlement/rules.ts'
import {
  applyQuarantined,
  confirmPayments,
  createRefund,
  decideRefunds,
  putPosting,
  type ReportedChargeback,
  recordChargeback,
  releaseEscrow,
} from '../index.ts'
import { bookTransactions } from '../reconciliation/book-transactions.ts'
import type { GatewayTransaction } from '../reconciliation/gateway-transactions.ts'
import { bookWonDispute } from './book-won-dispute.ts'

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
  /** Books a chargeback line of the provider's list as its reading does. Returns the number of new losses. */
  const line = async (id: string, paymentId: string | null, amountIdr: number) => {
    const referenceId = paymentId && (await f.row(paymentId)).code
    const nothing = { productId: null, paymentLinkId: null, channel: null, feeIdr: 0, roundedIdr: 0 }
    const said = {
      type: 'CHARGEBACK',
      status: 'SUCCESS',
      moneyIn: false,
      feeStatus: 'NOT_APPLICABLE',
    } as const
    return await f.laku.system(async (work) => {
      const at = { createdAt: work.now, updatedAt: work.now }
      const found: GatewayTransaction = { id, referenceId, amountIdr, ...nothing, ...said, ...at }
      return (await bookTransactions(work, [found])).chargebacks
    })
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
    const { id: unappliedId } = await f.laku.db
      .selectFrom('quarantinedMoney')
      .select('id')
      .where('paymentId', '=', id)
      .executeTakeFirstOrThrow()
    await f.laku.as(finance(), (work) => applyQuarantined(work, { id: unappliedId }))
    await refund(id, 110_000)
    expect(await f.balance(`wallet:${userId}`)).toBe(100_000)
    expect(await books()).toEqual(before)
  })

  it('of an invoice that was paid short no more is charged back than was paid', async () => {
    const { id } = await paid(105_000)
    const { id: unapplied } = await f.laku.db
      .selectFrom('quarantinedMoney')
      .select('id')
      .where('paymentId', '=', id)
      .executeTakeFirstOrThrow()
    await f.laku.as(finance(), (work) => applyQuarantined(work, { id: unapplied }))
    expect(await refusal(chargeBack(id, 110_000))).toBe('payment.not_refundable')
    await chargeBack(id, 105_000)
    expect(await f.row(id)).toMatchObject({ chargedBackIdr: 105_000 })
  })

  it('of an invoice that was paid too much, the surplus goes out of the wallet again', async () => {
    const before = await books()
    const { id, userId } = await paid(150_000)
    const { id: unapplied } = await f.laku.db
      .selectFrom('quarantinedMoney')
      .select('id')
      .where('paymentId', '=', id)
      .executeTakeFirstOrThrow()
    await f.laku.as(finance(), (work) => applyQuarantined(work, { id: unapplied }))
    const wallet = () => f.balance(`wallet:${userId}`)
    const had = [await wallet()]
    for (const amountIdr of [100_000, 50_000]) {
      await chargeBack(id, amountIdr)
      had.push(await wallet())
    }
    expect(had).toEqual([40_000, 40_000, 0])
    expect(await f.broken()).toEqual([])
    await refund(id, 110_000)
    expect(await wallet()).toBe(0)
    expect(await books()).toEqual(before)
  })

  it('of another payment moves there, with the loss and what both buyers have coming', async () => {
    const [wrong, right] = [await paid(), await paid()]
    const tell = (told: Partial<ReportedChargeback>) =>
      f.laku.as(finance(), (work) =>
        recordChargeback(work, {
          ...{ transactionId: 'mistaken', paymentId: right.id, amountIdr: 40_000, isMoved: true },
          ...told,
        }),
      )
    await tell({ paymentId: wrong.id, isMoved: false })
    await refund(wrong.id, 110_000)
    const { loss } = await books()
    expect(await f.balance(`wallet:${wrong.userId}`)).toBe(70_000)
    expect(await refusal(tell({ paymentId: wrong.id }))).toBe('kernel.option_not_taken')
    expect(await refusal(tell({ amountIdr: 41_000 }))).toBe('payment.chargeback_not_found')
    expect(await refusal(tell({ transactionId: 'unheard' }))).toBe('payment.chargeback_not_found')
    expect(await refusal(tell({ isMoved: false }))).toBe('payment.chargeback_known')
    await tell({})
    expect(await Promise.all([wrong, right].map(async ({ id }) => (await f.row(id)).chargedBackIdr))).toEqual(
      [0, 40_000],
    )
    await refund(right.id, 110_000)
    expect(await f.balance(`wallet:${wrong.userId}`)).toBe(110_000)
    expect(await f.balance(`wallet:${right.userId}`)).toBe(70_000)
    expect((await books()).loss).toBe(loss)
    await line('mistaken', right.id, 35_000)
    expect(await f.balance(`wallet:${right.userId}`)).toBe(75_000)
    // If a chargeback was won in part, only its rest moves. The other payment has room for this rest.
    const [from, to] = [await paid(), await paid()]
    const whole = { transactionId: 'won-in-part', amountIdr: 100_000 }
    await tell({ ...whole, paymentId: from.id, isMoved: false })
    await chargeBack(to.id, 60_000)
    const won = { id: 'won', amountIdr: 60_000 } as GatewayTransaction
    await f.laku.system((work) => bookWonDispute(work, won, { paymentId: from.id, userId: from.userId }))
    await tell({ ...whole, paymentId: to.id })
    expect(await Promise.all([from, to].map(async ({ id }) => (await f.row(id)).chargedBackIdr))).toEqual([
      0, 100_000,
    ])
    expect(await f.broken()).toEqual([])
  })

  it('that was won back in full moves too, and no money with it', async () => {
    const [wrong, right] = [await paid(), await paid()]
    const told = { transactionId: newId(), amountIdr: 30_000 }
    const tell = (paymentId: string, isMoved: boolean) =>
      f.laku.as(finance(), (work) => recordChargeback(work, { ...told, paymentId, isMoved }))
    await tell(wrong.id, false)
    const won = { id: newId(), amountIdr: 30_000 } as GatewayTransaction
    await f.laku.system((work) => bookWonDispute(work, won, { paymentId: wrong.id, userId: wrong.userId }))
    const before = await books()
    await tell(right.id, true)
    expect((await f.row(right.id)).chargedBackIdr).toBe(0)
    expect(await books()).toEqual(before)
  })

  describe('told of by staff and found in the provider’s book under another id', () => {
    const tell = (told: ReportedChargeback) => f.laku.as(finance(), (work) => recordChargeback(work, told))
    const lostOf = async (paymentId: string) => {
      const { chargedBackIdr } = await f.row(paymentId)
      return chargedBackIdr
    }
    const asked = () =>
      f.laku.db
        .selectFrom('attention')
        .select('subjectId')
        .where('kind', '=', 'chargeback_ambiguous')
        .where('resolvedAt', 'is', null)
        .execute()

    it('counts once, whichever came first', async () => {
      const { id: paymentId } = await paid()
      const { loss } = await books()
      const told = { transactionId: newId(), paymentId, amountIdr: 40_000 }
      await tell(told)
      const theirs = newId()
      expect([await line(theirs, paymentId, 40_000), await line(theirs, paymentId, 40_000)]).toEqual([0, 0])
      expect(await refusal(tell({ ...told, transactionId: newId() }))).toBe('payment.chargeback_known')
      expect(await tell(told)).toMatchObject({ fresh: false })
      expect(await lostOf(paymentId)).toBe(40_000)
      expect((await books()).loss).toBe(loss + 40_000)
      expect(await line(newId(), paymentId, 40_000)).toBe(1)
      expect(await lostOf(paymentId)).toBe(80_000)
    })

    it('is found by its own id too, and by that with the amount that is right', async () => {
      const { id: paymentId } = await paid()
      const told = { transactionId: newId(), paymentId, amountIdr: 30_000 }
      await tell(told)
      expect(await line(told.transactionId, paymentId, 35_000)).toBe(0)
      expect(await lostOf(paymentId)).toBe(35_000)
    })

    it.each([30_000, 35_000, 25_000])(
      'counts once where it was put into suspense before its own line came, of %i',
      async (theirsIdr) => {
        const { id: paymentId, code } = await paid()
        const owedAndHad = () => Promise.all([f.balance('buyer-claims'), f.balance('gateway')])
        const { loss } = await books()
        const [claims = 0, gateway = 0] = await owedAndHad()
        await refund(paymentId, 60_000)
        const told = { transactionId: newId(), paymentId, amountIdr: 30_000 }
        await tell(told)
        await f.laku.as(finance(), (work) => putPosting(work, `chargeback:${told.transactionId}`))
        expect(await line(told.transactionId, paymentId, theirsIdr)).toBe(0)
        expect(await line(told.transactionId, paymentId, theirsIdr)).toBe(0)
        expect(await lostOf(paymentId)).toBe(theirsIdr)
        expect((await books()).loss).toBe(loss + theirsIdr)
        expect(await owedAndHad()).toEqual([claims, gateway - theirsIdr])
        const items = f.laku.db.selectFrom('suspenseItems').select('status').where('code', '=', code)
        expect(await items.execute()).toEqual([{ status: 'cleared' }, { status: 'cleared' }])
      },
    )

    it('counts once in any case of its id, also where its line lies in suspense or comes later', async () => {
      const { id: paymentId } = await paid()
      const { loss } = await books()
      await line('txn_lies', null, 20_000)
      const told = { transactionId: 'TXN_LIES', paymentId, amountIdr: 20_000 }
      expect(await refusal(tell(told))).toBe('payment.chargeback_known')
      expect([await lostOf(paymentId), (await books()).loss]).toEqual([0, loss])
      // This one is reported first, and its line names no payment.
      expect(await tell({ ...told, transactionId: 'TXN_LATE' })).toMatchObject({ fresh: true })
      expect(await line('txn_late', null, 20_000)).toBe(0)
      expect([await lostOf(paymentId), (await books()).loss]).toEqual([20_000, loss + 20_000])
      expect(await tell({ ...told, transactionId: 'Txn_Late' })).toMatchObject({ fresh: false })
    })

    it('is asked of a person where the amounts differ: the same, which is corrected, or another', async () => {
      const { id: paymentId } = await paid()
      const hand = newId()
      await tell({ transactionId: hand, paymentId, amountIdr: 50_000 })
      const [less, more] = [newId(), newId()]
      expect(await line(less, paymentId, 45_000)).toBe(0)
      expect(await line(more, paymentId, 20_000)).toBe(0)
      expect(await lostOf(paymentId)).toBe(50_000)
      expect(await asked()).toHaveLength(2)
      const same = { transactionId: less, paymentId, amountIdr: 45_000, sameAs: hand }
      expect(await refusal(tell({ ...same, sameAs: newId() }))).toBe('payment.chargeback_not_found')
      expect(await refusal(tell({ ...same, transactionId: newId() }))).toBe('payment.chargeback_not_found')
      expect(await tell(same)).toMatchObject({ fresh: false })
      expect(await lostOf(paymentId)).toBe(45_000)
      await tell({ transactionId: more, paymentId, amountIdr: 20_000, isAnother: true })
      expect(await lostOf(paymentId)).toBe(65_000)
      expect([await line(less, paymentId, 45_000), await line(more, paymentId, 20_000)]).toEqual([0, 0])
      expect(await lostOf(paymentId)).toBe(65_000)
      expect(await asked()).toEqual([])
    })

    it('never takes back more than was paid', async () => {
      const { id: paymentId } = await paid()
      await tell({ transactionId: newId(), paymentId, amountIdr: 60_000 })
      const again = { transactionId: newId(), paymentId, amountIdr: 60_000, isAnother: true }
      expect(await refusal(tell(again))).toBe('payment.not_refundable')
    })

    it('counts once though both come at the same time', async () => {
      for (let round = 0; round < 10; round++) {
        const { id: paymentId } = await paid()
        await Promise.allSettled([
          tell({ transactionId: newId(), paymentId, amountIdr: 10_000 }),
          line(newId(), paymentId, 10_000),
        ])
        expect(await lostOf(paymentId)).toBe(10_000)
      }
    })
  })

  it('is split by what went before', () => {
    const payment = { amountIdr: 100, paidAmountIdr: 90, chargedBackIdr: 20, returnedIdr: 100 }
    const split = (
      more: Partial<typeof payment>,
      amountIdr: number,
      arrivedIdr = 0,
      lossIdr = 0,
      writtenOffIdr = 0,
    ) =>
      splitRefund({ ...payment, ...more }, amountIdr, {
        arrivedIdr,
        underWayIdr: 0,
        lossIdr,
        writtenOffIdr,
      })
    expect(split({}, 100)).toEqual({ buyerIdr: 70, lossIdr: 20, subsidyIdr: 10 })
    expect(split({ returnedIdr: 80 }, 20, 60)).toEqual({ buyerIdr: 10, lossIdr: 10, subsidyIdr: 0 })
    expect(split({}, 20, 70, 10)).toEqual({ buyerIdr: 0, lossIdr: 10, subsidyIdr: 10 })
    expect(split({ chargedBackIdr: 200 }, 100)).toEqual({ buyerIdr: 0, lossIdr: 100, subsidyIdr: 0 })
    // 60 were refunded and 60 charged back; the 20 that the buyer owed were written off; 20 of the dispute
    // were won.
    const won = { paidAmountIdr: 100, chargedBackIdr: 40 }
    expect(split(won, 40, 40, 0, 20)).toEqual({ buyerIdr: 0, lossIdr: 40, subsidyIdr: 0 })
  })
})
