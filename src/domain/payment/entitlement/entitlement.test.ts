import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { needsAnother } from '../../../../test/chargebacks.ts'
import { admin } from '../../../../test/laku.ts'
import { openPaymentFixture, type PaymentFixture } from '../../../../test/payments.ts'
import { refusal } from '../../../../test/storefront.ts'
import { finance } from '../../../../test/wallets.ts'
import { openThings } from '../../composition/privacy/open-things.ts'
import { erasePerson } from '../../composition/privacy/privacy.ts'
import { newId, runChecks } from '../../kernel/index.ts'
import { credit, debit, post, walletAccount } from '../../ledger/index.ts'
import { allowOverLimit, countUse } from '../../ops/index.ts'
import { paymentChecks } from '../checks.ts'
import {
  applyRefundAnswers,
  closeClaim,
  confirmPayments,
  createRefund,
  recordChargeback,
  releaseEscrow,
} from '../index.ts'
import { bookTransactions } from '../reconciliation/book-transactions.ts'
import type { GatewayTransaction } from '../reconciliation/gateway-transactions.ts'
import { claimRefunds } from '../refunds/claim.ts'

const PAID = 110_000

/**
 * The steps: the card issuer takes back this amount; a refund of this amount is decided; the provider reports
 * the refund.
 */
type Event =
  | { do: 'chargeBack'; idr: number }
  | { do: 'refund'; idr: number }
  | { do: 'hear'; says: 'succeeded' | 'hopeless' }

describe('what a buyer has coming', () => {
  let f: PaymentFixture
  beforeAll(async () => {
    f = await openPaymentFixture()
  })
  afterAll(async () => {
    expect(await f.broken()).toEqual([])
    await f.laku.close()
  })

  /**
   * Makes a payment of 110,000 by DANA, with this part from the wallet. 20,000 of it came back as a rebate.
   */
  const paid = async (walletIdr = 0, rebateIdr = 20_000) => {
    const buyer = await f.buyer()
    if (walletIdr > 0) await f.fillWallet(buyer.userId, walletIdr)
    const { id, code } =
      walletIdr > 0 ? await f.payment('wallet+invoice', buyer, walletIdr) : await f.payment('invoice', buyer)
    const paidAt = f.laku.clock.now()
    const paidAmountIdr = PAID - walletIdr
    const said = { paymentId: id, paidAmountIdr, paidAt, channel: 'DANA', invoiceId: newId() }
    await f.laku.system((work) => confirmPayments(work, [said]))
    const goodsIdr = 100_000 - rebateIdr
    const items = [{ orderItemId: newId(), factoryId: f.factoryId, goodsIdr, commissionIdr: goodsIdr / 20 }]
    const release = { ...buyer, paymentId: id, paidIdr: PAID, shippingIdr: 10_000, rebateIdr, items }
    await f.laku.system((work) => releaseEscrow(work, [release]))
    return { id, code, userId: buyer.userId }
  }
  const chargeBack = async (paymentId: string, amountIdr: number) => {
    const isAnother = await needsAnother(f.laku, paymentId, amountIdr)
    const told = { transactionId: newId(), paymentId, amountIdr, isAnother }
    return await f.laku.as(finance(), (work) => recordChargeback(work, told))
  }
  /** Books a chargeback's line of the provider's list. */
  const readLine = async (id: string, referenceId: string, amountIdr: number) => {
    const at = f.laku.clock.now()
    const line: GatewayTransaction = {
      ...{ id, referenceId, amountIdr, type: 'CHARGEBACK', status: 'SUCCESS', moneyIn: false },
      ...{ productId: null, paymentLinkId: null, channel: null, createdAt: at, updatedAt: at },
      ...{ feeIdr: 0, feeStatus: 'NOT_APPLICABLE', roundedIdr: 0 },
    }
    await f.laku.system((work) => bookTransactions(work, [line]))
  }
  const refund = (payment: string, amountIdr: number) =>
    f.laku.as(finance(), (work) =>
      createRefund(work, { payment, amountIdr, note: 'a test', borneBy: 'company' }),
    )
  const hear = (refundId: string, code: string, amountIdr: number, says: 'succeeded' | 'hopeless') =>
    f.laku.system(async (work) => {
      await claimRefunds(work, [refundId])
      const answer = { id: newId(), referenceId: `${code}-1`, status: 'SUCCEEDED' as const, amountIdr }
      if (says === 'succeeded') await applyRefundAnswers(work, [answer])
      else await applyRefundAnswers(work, [], [{ id: refundId, failureCode: 'REFUND_NOT_SUPPORTED' }])
    })
  const claims = () => f.balance('buyer-claims')

  async function live(events: readonly Event[], fromWalletIdr = 0) {
    const { id, code, userId } = await paid(fromWalletIdr)
    const claimedBefore = await claims()
    const waiting: { id: string; code: string; amountIdr: number }[] = []
    const has = { refundedIdr: 0, decidedIdr: 20_000, chargedBackIdr: 0 }
    const look = async () => {
      const underWayIdr = waiting.reduce((sum, row) => sum + row.amountIdr, 0)
      const walletIdr = await f.balance(`wallet:${userId}`)
      const owesIdr = (await claims()) - claimedBefore
      const hasIdr = walletIdr + has.refundedIdr + has.chargedBackIdr - owesIdr
      const dueIdr = Math.min(PAID, has.decidedIdr + has.chargedBackIdr)
      expect({ events, hasIdr }).toEqual({ events, hasIdr: expect.toSatisfy((idr) => idr <= PAID) })
      expect(has.refundedIdr).toBeLessThanOrEqual(PAID - fromWalletIdr)
      if (underWayIdr === 0) expect({ events, hasIdr }).toEqual({ events, hasIdr: dueIdr })
      return { walletIdr, owesIdr }
    }
    for (const event of events) {
      if (event.do === 'chargeBack') {
        if ((await refusal(chargeBack(id, event.idr))) === 'ok') has.chargedBackIdr += event.idr
      } else if (event.do === 'refund') {
        const made = await refund(code, event.idr).catch(() => undefined)
        if (made) has.decidedIdr += event.idr
        if (made?.destination === 'source') waiting.push(made)
      } else {
        const next = waiting.shift()
        if (next) await hear(next.id, next.code, next.amountIdr, event.says)
        if (next && event.says === 'succeeded') has.refundedIdr += next.amountIdr
      }
      await look()
    }
    for (const item of waiting.splice(0)) await hear(item.id, item.code, item.amountIdr, 'hopeless')
    return { id, code, userId, ...(await look()) }
  }

  it('issue 11, case 6: with a rebate, a chargeback, and a refund that falls back to the wallet: what they paid, and no more', async () => {
    const events: Event[] = [
      { do: 'chargeBack', idr: 50_000 },
      { do: 'refund', idr: 90_000 },
      { do: 'hear', says: 'hopeless' },
    ]
    // The refund is decided and then the chargeback comes: 20,000 and 40,000 are in the wallet, 50,000 came
    // from the card issuer.
    const [back, decided, heard] = events as [Event, Event, Event]
    for (const order of [
      [decided, back, heard],
      [decided, heard, back],
    ])
      expect(await live(order)).toMatchObject({ walletIdr: 60_000, owesIdr: 0 })
  })

  it('in any order of those, whatever the provider says: never more than they paid, and what is theirs', async () => {
    const event: fc.Arbitrary<Event> = fc.oneof(
      fc.record({
        do: fc.constant('chargeBack' as const),
        idr: fc.constantFrom(10_000, 50_000, 110_000),
      }),
      fc.record({ do: fc.constant('refund' as const), idr: fc.constantFrom(15_000, 45_000, 90_000) }),
      fc.record({ do: fc.constant('hear' as const), says: fc.constantFrom('succeeded', 'hopeless') }),
    )
    const lives = fc.array(event, { minLength: 2, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(lives, fc.constantFrom(0, 1, 30_000, 99_999), async (events, walletIdr) => {
        await live(events, walletIdr)
      }),
      { numRuns: 30 },
    )
  }, 120_000)

  it('what is not in the wallet any more is owed, and is collected or written off by a person', async () => {
    const events: Event[] = [
      { do: 'refund', idr: 90_000 },
      { do: 'hear', says: 'succeeded' },
      { do: 'chargeBack', idr: 50_000 },
    ]
    const { id, code, userId, walletIdr, owesIdr } = await live(events)
    expect({ walletIdr, owesIdr }).toEqual({ walletIdr: 0, owesIdr: 30_000 })
    expect(await f.attention()).toContain(`buyer_owes ${id}`)
    expect(await refusal(f.laku.as(admin, (work) => erasePerson(work, { userId })))).toBe('user.still_open')
    expect(await f.laku.system(({ tx }) => openThings(tx, userId))).toMatchObject({ claims: 1 })
    const settle = (how: 'collected' | 'written_off') =>
      f.laku.as(finance(), (work) => closeClaim(work, { payment: code, how }))
    expect(await refusal(settle('collected'))).toBe('payment.no_claim')
    await f.fillWallet(userId, 12_000)
    expect(await settle('collected')).toMatchObject({ amountIdr: 12_000, leftIdr: 18_000 })
    expect(await f.balance(`wallet:${userId}`)).toBe(0)
    // A debt that is written off is a gift. So it counts against the limits of the person who decides and of
    // the buyer.
    const uncounted = sql`
      insert into ledger_transactions (id, key, kind, subject_kind, subject_id, occurred_at)
      values (${newId()}, ${`payment:${id}:claim:written_off:1`}, 'payment.claim_written_off', 'payment', ${id}, now())`
    await expect(uncounted.execute(f.laku.db)).rejects.toMatchObject({ constraint: 'limit_counted' })
    const spender = finance('spender')
    const spent = { kind: 'goodwill', subject: ['test', newId()], receiver: 'user:other' } as const
    const { aloneDayIdr } = f.laku.unitOfWork.policy
    await f.laku.as(spender, (work) => countUse(work, { ...spent, amountIdr: aloneDayIdr - 17_999 }))
    const forgive = () =>
      f.laku.as(spender, (work) => closeClaim(work, { payment: code, how: 'written_off' }))
    expect(await refusal(forgive())).toBe('kernel.second_person_needed')
    await f.laku.as(finance('other'), (work) =>
      allowOverLimit(work, { kind: 'write_off', subjectId: id, amountIdr: 18_000 }),
    )
    expect(await forgive()).toMatchObject({ amountIdr: 18_000, leftIdr: 0 })
    expect(await refusal(settle('written_off'))).toBe('payment.no_claim')
    expect(await f.laku.system(({ tx }) => openThings(tx, userId))).not.toHaveProperty('claims')
  })

  it('what was claimed is theirs again where the chargeback turns out to be smaller', async () => {
    const { id, code, userId } = await paid()
    const { id: refundId, code: refundCode } = await refund(code, 90_000)
    await hear(refundId, refundCode, 90_000, 'hopeless')
    const told = { transactionId: 'told-by-mail', paymentId: id, amountIdr: 50_000 }
    await f.laku.as(finance(), (work) => recordChargeback(work, told))
    expect(await f.balance(`wallet:${userId}`)).toBe(60_000)
    await readLine(told.transactionId, code, 30_000)
    expect(await f.balance(`wallet:${userId}`)).toBe(80_000)
  })

  it('what was written off is theirs once: where the chargeback turns out to be smaller, the company has it back', async () => {
    const { id, code, userId } = await paid()
    const { id: refundId, code: refundCode } = await refund(code, 90_000)
    await hear(refundId, refundCode, 90_000, 'succeeded')
    const told = { transactionId: 'told-by-phone', paymentId: id, amountIdr: 50_000 }
    await f.laku.as(finance(), (work) => recordChargeback(work, told))
    const forgive = { payment: code, how: 'written_off' } as const
    expect(await f.laku.as(finance(), (work) => closeClaim(work, forgive))).toMatchObject({
      amountIdr: 30_000,
    })
    await readLine(told.transactionId, code, 10_000)
    // 90,000 at the source, 10,000 by the issuer, and the rest: 110,000, as they paid.
    expect(await f.balance(`wallet:${userId}`)).toBe(10_000)
    // If laku gave the debt that was written off to the wallet as well, the check would find that.
    const found = f.laku.system(async (work) => {
      const entries = [debit('chargeback-loss', 20_000), credit(walletAccount(userId), 20_000)]
      const key = `payment:${id}:claim:again`
      await post(work, [{ key, kind: 'payment.claim_returned', subject: ['payment', id], entries }])
      throw new Error(
        (await runChecks(paymentChecks, work.tx, work.vault)).map(({ detail }) => detail).join(),
      )
    })
    await expect(found).rejects.toThrow(`${code}: its buyer paid 110000`)
  })
})
