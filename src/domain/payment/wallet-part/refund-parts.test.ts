import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPaymentFixture, type PaymentFixture } from '../../../../test/payments.ts'
import { refusal } from '../../../../test/storefront.ts'
import { finance } from '../../../../test/wallets.ts'
import { explain } from '../../composition/explain.ts'
import { newId } from '../../kernel/index.ts'
import { shareOfWallet } from '../entitlement/rules.ts'
import {
  applyRefundAnswers,
  approveRefund,
  checkRefund,
  confirmPayments,
  createRefund,
  decideRefunds,
  refundSessionPayments,
  releaseEscrow,
} from '../index.ts'
import { claimRefunds } from '../refunds/claim.ts'

const PAID = 110_000

describe('what the wallet and the source get of any series of refunds', () => {
  it('is theirs to the rupiah: never off by one from the proportion, never more than each paid, and all of it at the end', () => {
    const series = fc
      .record({
        amountIdr: fc.integer({ min: 2, max: 2_000_000_000 }),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
        cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }),
      })
      .map(({ amountIdr, share, cuts }) => ({
        amountIdr,
        walletIdr: Math.min(amountIdr - 1, Math.max(1, Math.floor(amountIdr * share))),
        ends: [...new Set([...cuts.map((cut) => Math.floor(amountIdr * cut)), amountIdr])].sort(
          (a, b) => a - b,
        ),
      }))
    fc.assert(
      fc.property(series, ({ amountIdr, walletIdr, ends }) => {
        const back = { wallet: 0, source: 0 }
        for (const end of ends) {
          const returnedIdr = back.wallet + back.source
          const refundIdr = end - returnedIdr
          const toWallet = shareOfWallet({ amountIdr, walletIdr, returnedIdr }, refundIdr)
          expect(toWallet).toBeGreaterThanOrEqual(0)
          expect(toWallet).toBeLessThanOrEqual(refundIdr)
          back.wallet += toWallet
          back.source += refundIdr - toWallet
          // In whole numbers: |refunded to the source * paid - refunded * paid by the source| < one rupiah.
          const off = BigInt(back.source) * BigInt(amountIdr) - BigInt(end) * BigInt(amountIdr - walletIdr)
          expect(off >= 0n && off < BigInt(amountIdr)).toBe(true)
          expect(back.source).toBeLessThanOrEqual(amountIdr - walletIdr)
        }
        expect(back).toEqual({ wallet: walletIdr, source: amountIdr - walletIdr })
      }),
    )
  })
})

describe('refunds of a payment that a wallet paid a part of', () => {
  let f: PaymentFixture
  beforeAll(async () => {
    f = await openPaymentFixture()
  })
  afterAll(async () => {
    expect(await f.broken()).toEqual([])
    await f.laku.close()
  })

  const paid = async (walletIdr = 5_000, channel = 'DANA') => {
    const buyer = await f.buyer()
    await f.fillWallet(buyer.userId, walletIdr)
    const { id, code } = await f.payment('wallet+invoice', buyer, walletIdr)
    await f.laku.system((work) =>
      confirmPayments(work, [
        { paymentId: id, paidAmountIdr: PAID - walletIdr, paidAt: work.now, channel, invoiceId: newId() },
      ]),
    )
    return { id, code, ...buyer }
  }
  const decide = (paymentId: string, amountIdr: number, key: string = newId()) =>
    f.laku.system((work) => decideRefunds(work, [{ key, paymentId, amountIdr, reason: 'buyer_left' }]))
  const hear = (refund: { id: string; code: string; amountIdr: number }, says: 'succeeded' | 'hopeless') =>
    f.laku.system(async (work) => {
      await claimRefunds(work, [refund.id])
      const { amountIdr } = refund
      const answer = { id: newId(), referenceId: `${refund.code}-1`, status: 'SUCCEEDED' as const, amountIdr }
      if (says === 'succeeded') await applyRefundAnswers(work, [answer])
      else await applyRefundAnswers(work, [], [{ id: refund.id, failureCode: 'REFUND_NOT_SUPPORTED' }])
    })
  const shape = async (paymentId: string) =>
    (await f.refundsOf(paymentId)).map(({ destination, amountIdr, status }) =>
      [destination, amountIdr, status].join(' '),
    )
  const wallet = (userId: string) => f.balance(`wallet:${userId}`)

  it('go back in proportion: 5,000 of 110,000 into the wallet at once, 105,000 to the source', async () => {
    const payment = await paid()
    await decide(payment.id, PAID)
    expect(await shape(payment.id)).toEqual(['source 105000 approved', 'wallet 5000 succeeded'])
    expect(await wallet(payment.userId)).toBe(5_000)
    expect(await f.row(payment.id)).toMatchObject({ status: 'partially_refunded', returnedIdr: PAID })
    const [toSource] = await f.refundsOf(payment.id)
    await hear(toSource as NonNullable<typeof toSource>, 'succeeded')
    expect(await f.row(payment.id)).toMatchObject({ status: 'refunded', refundedIdr: PAID })
    expect(await f.events('refund.decided', payment.id)).toBe(2)
    expect(await f.events('refund.succeeded', payment.id)).toBe(2)
    const told = async (which: string | undefined) =>
      await f.laku.system(({ tx }) => explain(tx, which as string, { limit: 20 }))
    expect((await told(payment.code)).facts).toContain(
      'The wallet pays Rp 5.000 of it, and an invoice Rp 105.000.',
    )
    const [, inWallet] = await f.refundsOf(payment.id)
    expect((await told(inWallet?.code)).postings[0]).toMatchObject({ kind: 'refund.decided' })
  })

  it('the source’s part falls back into the wallet where its channel takes nothing, before or after it was asked', async () => {
    const bank = await paid(5_000, 'BCA')
    await decide(bank.id, PAID)
    expect(await shape(bank.id)).toEqual(['wallet 110000 succeeded'])
    const refused = await paid()
    await decide(refused.id, 22_000)
    const [toSource] = await f.refundsOf(refused.id)
    await hear(toSource as NonNullable<typeof toSource>, 'hopeless')
    expect(await shape(refused.id)).toEqual(['wallet 21000 to_wallet', 'wallet 1000 succeeded'])
    expect(await wallet(refused.userId)).toBe(22_000)
  })

  it('a channel that takes only the whole gets the whole of what came by invoice, and no part of it', async () => {
    const whole = await paid(5_000, 'LINKAJA')
    await decide(whole.id, PAID)
    expect(await shape(whole.id)).toEqual(['source 105000 approved', 'wallet 5000 succeeded'])
    const part = await paid(5_000, 'LINKAJA')
    await decide(part.id, 11_000)
    expect(await shape(part.id)).toEqual(['wallet 11000 succeeded'])
  })

  it('decided again under the same key change nothing, and with another amount are a conflict', async () => {
    const payment = await paid()
    const key = newId()
    await decide(payment.id, 50_000, key)
    await decide(payment.id, 50_000, key)
    expect((await f.row(payment.id)).returnedIdr).toBe(50_000)
    // The part for the source differs from the decided amount.
    const toSource = (await f.refundsOf(payment.id))[0]?.amountIdr as number
    expect(await refusal(decide(payment.id, toSource, key))).toBe('payment.refund_key_reused')
    await f.laku.system(({ tx }) => tx.updateTable('refunds').set({ nextCheckAt: null }).execute())
  })

  it('of a whole session: each its own', async () => {
    const payment = await paid(30_000)
    const [sum] = await f.laku.system((work) =>
      refundSessionPayments(work, [payment.sessionId], 'session_cancelled'),
    )
    expect(sum?.amountIdr).toBeGreaterThanOrEqual(PAID)
    expect(await shape(payment.id)).toEqual(['source 80000 approved', 'wallet 30000 succeeded'])
  })

  it('after a rebate, which is in the wallet whole, the source gets its part of what is left', async () => {
    const { id, code, ...buyer } = await paid(33_000)
    const items = [{ orderItemId: newId(), factoryId: f.factoryId, goodsIdr: 80_000, commissionIdr: 4_000 }]
    const release = { ...buyer, paymentId: id, paidIdr: PAID, shippingIdr: 10_000, rebateIdr: 20_000, items }
    await f.laku.system((work) => releaseEscrow(work, [release]))
    expect(await wallet(buyer.userId)).toBe(20_000)
    await f.laku.as(finance(), (work) =>
      createRefund(work, { payment: code, amountIdr: 90_000, note: 'a test', borneBy: 'company' }),
    )
    expect(await shape(id)).toEqual(['source 63000 approved', 'wallet 27000 succeeded'])
    expect(await wallet(buyer.userId)).toBe(47_000)
  })

  it('by staff: one limit, one key, and a second person where it is large', async () => {
    const { id, code, ...buyer } = await paid(33_000)
    const items = [{ orderItemId: newId(), factoryId: f.factoryId, goodsIdr: 100_000, commissionIdr: 5_000 }]
    const release = { ...buyer, paymentId: id, paidIdr: PAID, shippingIdr: 10_000, rebateIdr: 0, items }
    await f.laku.system((work) => releaseEscrow(work, [release]))
    const ask = (amountIdr: number, key: string) =>
      f.laku.as(finance(), (work) =>
        createRefund(work, { payment: code, amountIdr, note: 'a test', borneBy: 'factory', key }),
      )
    const key = newId()
    const made = await ask(10_000, key)
    expect(made).toMatchObject({ amountIdr: 7_000, walletPartIdr: 3_000, destination: 'source' })
    expect((await ask(10_000, key)).id).toBe(made.id)
    expect(await refusal(ask(7_000, key))).toBe('payment.refund_key_reused')
    const check = { payment: code, amountIdr: 10_000, borneBy: 'factory', key } as const
    expect(await f.laku.as(finance(), (work) => checkRefund(work, check))).toBe('done')
    f.laku.policy.refundTwoPersonAboveIdr = 50_000
    const large = await ask(60_000, newId())
    expect(large).toMatchObject({ status: 'requested', amountIdr: 60_000, walletPartIdr: 0 })
    const approved = await f.laku.as(finance('another'), (work) =>
      approveRefund(work, { refund: large.code }),
    )
    expect(approved).toMatchObject({ status: 'approved', amountIdr: 42_000, walletPartIdr: 18_000 })
    expect((await f.row(id)).returnedIdr).toBe(70_000)
  })

  it('whatever is decided, and whatever the provider says: the buyer has what was decided, and the source no more than it paid', async () => {
    const event = fc.record({
      idr: fc.integer({ min: 1, max: PAID }),
      says: fc.constantFrom('succeeded' as const, 'hopeless' as const, 'nothing' as const),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(1, 5_000, 33_333, 99_999),
        fc.array(event, { minLength: 1, maxLength: 5 }),
        async (walletIdr, events) => {
          const { id, userId } = await paid(walletIdr)
          const has = { decidedIdr: 0, atSourceIdr: 0, underWayIdr: 0 }
          for (const { idr, says } of events) {
            const before = new Set((await f.refundsOf(id)).map((row) => row.id))
            if ((await refusal(decide(id, idr))) === 'ok') has.decidedIdr += idr
            for (const item of (await f.refundsOf(id)).filter((row) => !before.has(row.id))) {
              if (item.destination === 'wallet') continue
              if (says === 'nothing') has.underWayIdr += item.amountIdr
              else await hear(item, says)
              if (says === 'succeeded') has.atSourceIdr += item.amountIdr
            }
          }
          const walletHas = await wallet(userId)
          expect(walletHas + has.atSourceIdr + has.underWayIdr).toBe(has.decidedIdr)
          expect(has.atSourceIdr + has.underWayIdr).toBeLessThanOrEqual(PAID - walletIdr)
          expect((await f.row(id)).returnedIdr).toBe(has.decidedIdr)
          if (events.every((event) => event.says === 'succeeded'))
            expect(Math.abs(has.atSourceIdr - (has.decidedIdr * (PAID - walletIdr)) / PAID)).toBeLessThan(1)
        },
      ),
      { numRuns: 30 },
    )
  }, 60_000)
})
