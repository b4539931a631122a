import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { system } from '../../../../test/laku.ts'
import {
  type Buyer,
  openPaymentFixture,
  type PaymentFixture,
  shortTimeoutGateway,
} from '../../../../test/payments.ts'
import { oneAdministratorAndTwo, staff } from '../../../../test/staff.ts'
import { refusal } from '../../../../test/storefront.ts'
import { finance } from '../../../../test/wallets.ts'
import { type Actor, newId } from '../../kernel/index.ts'
import { factoryAccount } from '../../ledger/index.ts'
import { itemShares } from '../entitlement/item-shares.ts'
import {
  approveRefund,
  confirmPayments,
  createRefund,
  decideRefunds,
  type RefundRequest,
  rejectRefund,
  releaseEscrow,
  retryRefund,
  submitRefunds,
  sweepRefunds,
} from '../index.ts'

const support = staff('support', 'a test')

describe('refunds by staff', () => {
  let f: PaymentFixture
  beforeAll(async () => {
    f = await openPaymentFixture()
  })
  afterEach(() => f.faults())
  afterAll(async () => {
    expect(await f.broken()).toEqual([])
    await f.laku.close()
  })

  const context = () => ({
    unitOfWork: f.laku.unitOfWork,
    actor: system,
    gateway: shortTimeoutGateway(f.laku),
  })
  const paid = async (channel = 'BCA', buyer?: Buyer) => {
    const payment = await f.payment('invoice', buyer)
    const paidAt = f.laku.clock.now()
    const confirmation = {
      paymentId: payment.id,
      paidAmountIdr: 110_000,
      paidAt,
      channel,
      invoiceId: newId(),
    }
    await f.laku.system((work) => confirmPayments(work, [confirmation]))
    return payment
  }
  /**
   * Makes a payment of 110,000 whose escrow was released: 100,000 of goods with a commission of 5 %, and
   * 10,000 of shipping.
   */
  const released = async (channel = 'BCA') => {
    const buyer = await f.buyer()
    const payment = await paid(channel, buyer)
    const orderItemId = newId()
    const items = [{ orderItemId, factoryId: f.factoryId, goodsIdr: 100_000, commissionIdr: 5_000 }]
    const release = {
      ...buyer,
      paymentId: payment.id,
      paidIdr: 110_000,
      shippingIdr: 10_000,
      rebateIdr: 0,
      items,
    }
    await f.laku.system((work) => releaseEscrow(work, [release]))
    return payment
  }
  const create = (payment: string, amountIdr: number, more: Partial<RefundRequest> = {}, actor = support) =>
    f.laku.as(actor, (work) =>
      createRefund(work, { payment, amountIdr, note: 'a test', borneBy: 'factory', ...more }),
    )
  const small = (use: () => Promise<void>) => async () => {
    f.laku.policy.refundTwoPersonAboveIdr = 20_000
    await use()
    f.laku.policy.refundTwoPersonAboveIdr = 1_000_000
  }

  it('take the share of the factory and of the commission, and the last one takes the remainder', async () => {
    const { code, userId } = await released()
    const before = {
      factory: await f.balance(factoryAccount(f.factoryId)),
      commission: await f.balance('commission'),
    }
    const subsidy = await f.balance('subsidy')
    await create(code, 33_333)
    expect(await f.balance(factoryAccount(f.factoryId))).toBe(before.factory - 31_667)
    await create(code, 66_667)
    expect(await f.balance(factoryAccount(f.factoryId))).toBe(before.factory - 95_000)
    expect(await f.balance('commission')).toBe(before.commission - 5_000)
    await create(code, 10_000)
    expect(await f.balance('subsidy')).toBe(subsidy + 10_000)
    expect(await f.balance(`wallet:${userId}`)).toBe(110_000)
    expect(await refusal(create(code, 1))).toBe('payment.not_refundable')
  })

  it('are the company’s where staff say so', async () => {
    const { code } = await released()
    const before = {
      factory: await f.balance(factoryAccount(f.factoryId)),
      subsidy: await f.balance('subsidy'),
    }
    expect(await create(code, 20_000, { borneBy: 'company' })).toMatchObject({
      status: 'succeeded',
      borneBy: 'company',
    })
    expect(await f.balance(factoryAccount(f.factoryId))).toBe(before.factory)
    expect(await f.balance('subsidy')).toBe(before.subsidy + 20_000)
  })

  it('are not made while the money is in escrow, and never more than was paid', async () => {
    expect(await refusal(create((await paid()).code, 10_000))).toBe('payment.in_escrow')
    const { id: paymentId, code } = await released()
    // Money that left the escrow is taken from its present accounts, because the escrow has the money of
    // other buyers.
    const fromEscrow = { key: newId(), paymentId, amountIdr: 1, reason: 'a_mistake' }
    expect(await refusal(f.laku.system((work) => decideRefunds(work, [fromEscrow])))).toBe(
      'payment.already_released',
    )
    expect(await refusal(create(code, 110_001))).toBe('payment.over_refunded')
    const all = await Promise.all(Array.from({ length: 6 }, () => refusal(create(code, 30_000))))
    expect(all.filter((text) => text === 'ok')).toHaveLength(3)
  })

  it('under a key are made once', async () => {
    const { code, userId } = await released()
    const key = newId()
    const [a, b] = [await create(code, 5_000, { key }), await create(code, 5_000, { key })]
    expect(a.id).toBe(b.id)
    expect(await f.balance(`wallet:${userId}`)).toBe(5_000)
    expect(await refusal(create(code, 6_000, { key }))).toBe('payment.refund_key_reused')
  })

  it(
    'above the limit wait for another person, keep their code, and go out once approved',
    small(async () => {
      const { code, id, userId } = await released()
      const asked = await create(code, 50_000)
      expect(asked).toMatchObject({ status: 'requested', requestedBy: 'staff:support' })
      expect((await f.row(id)).returnedIdr).toBe(0)
      expect(await refusal(f.laku.as(support, (work) => approveRefund(work, { refund: asked.code })))).toBe(
        'kernel.forbidden',
      )
      const self: Actor = { ...support, role: 'finance' }
      expect(await refusal(f.laku.as(self, (work) => approveRefund(work, { refund: asked.code })))).toBe(
        'payment.same_person',
      )
      const approve = (name: string) =>
        f.laku.as(finance(name), (work) => approveRefund(work, { refund: asked.code }))
      const both = await Promise.all([refusal(approve('ani')), refusal(approve('beni'))])
      expect(both.toSorted()).toEqual(['kernel.illegal_transition', 'ok'])
      expect((await f.refundsOf(id)).map((row) => row.code)).toEqual([asked.code])
      expect(await f.balance(`wallet:${userId}`)).toBe(50_000)
    }),
  )

  it(
    'need a second person: not who let the first in',
    small(async () => {
      const { boss, first, second } = await oneAdministratorAndTwo(f.laku)
      const payment = (await released()).code
      const request = { payment, amountIdr: 50_000, note: 'a test', borneBy: 'company' as const }
      const { code } = await f.laku.as(first, (work) => createRefund(work, request))
      const approve = (by: Actor) => f.laku.as(by, (work) => approveRefund(work, { refund: code }))
      expect(await refusal(approve(boss))).toBe('kernel.approver_not_independent')
      expect((await approve(second)).status).toBe('succeeded')
    }),
  )

  it(
    'are not cut into pieces to go round the second person',
    small(async () => {
      const { code } = await released()
      const key = newId()
      expect(await create(code, 15_000, { key })).toMatchObject({ status: 'succeeded' })
      expect(await create(code, 10_000)).toMatchObject({ status: 'requested' })
      expect(await create(code, 5_000)).toMatchObject({ status: 'succeeded' })
      expect(await create(code, 15_000, { key })).toMatchObject({ status: 'succeeded' })
    }),
  )

  it(
    'may be rejected, and may no longer fit when they are approved',
    small(async () => {
      const { code, id } = await released()
      const asked = await create(code, 100_000)
      const reject = () => f.laku.as(finance(), (work) => rejectRefund(work, { refund: asked.id }))
      expect((await reject()).status).toBe('rejected')
      expect(await refusal(reject())).toBe('kernel.illegal_transition')
      const late = await create(code, 100_000)
      await create(code, 20_000)
      const approve = f.laku.as(finance(), (work) => approveRefund(work, { refund: late.id }))
      expect(await refusal(approve)).toBe('payment.over_refunded')
      expect((await f.row(id)).returnedIdr).toBe(20_000)
      await f.laku.as(finance(), (work) => rejectRefund(work, { refund: late.id }))
    }),
  )

  describe('helped on', () => {
    const only = async (paymentId: string) =>
      (await f.refundsOf(paymentId))[0] as NonNullable<Awaited<ReturnType<typeof f.refundsOf>>[0]>
    const retry = (refund: string, more: object = {}) =>
      f.laku.as(finance(), (work) => retryRefund(work, { refund, ...more }))
    const refused = async () => {
      const payment = await released('DANA')
      await create(payment.code, 30_000)
      const { id } = await only(payment.id)
      await f.faults({
        provider: 'xendit',
        operation: 'createRefund',
        kind: 'refuse',
        code: 'INSUFFICIENT_BALANCE',
      })
      await submitRefunds(context(), [id])
      expect(await only(payment.id)).toMatchObject({ status: 'failed', failureCode: 'INSUFFICIENT_BALANCE' })
      return payment
    }

    it('when they failed: sent again under a new key, or into the wallet', async () => {
      const payment = await refused()
      await retry((await only(payment.id)).code)
      await sweepRefunds(context())
      expect(await only(payment.id)).toMatchObject({ status: 'failed', attempt: 2 })
      expect(await retry((await only(payment.id)).code, { wallet: true })).toMatchObject({
        status: 'to_wallet',
      })
      expect(await f.balance(`wallet:${payment.userId}`)).toBe(30_000)
      expect(await refusal(retry((await only(payment.id)).code))).toBe('kernel.illegal_transition')
    })
  })
})

describe('whose money a refund is', () => {
  const share = (factoryIdr: number, commissionIdr: number) => ({
    orderItemId: 'i',
    factoryId: 'f',
    factoryIdr,
    commissionIdr,
  })
  const shares = fc.array(
    fc.record({
      factory: fc.integer({ min: 0, max: 10_000_000 }),
      commission: fc.integer({ min: 0, max: 500_000 }),
    }),
    { minLength: 1, maxLength: 5 },
  )

  it('takes of the last item no more than it has, whatever rounding left', () => {
    const { items } = itemShares([share(0, 43), share(6, 17), share(3, 17)], 85)
    expect(items.map((share) => share.factoryIdr + share.commissionIdr)).toEqual([42, 23, 20])
  })

  it('adds up to the refund, and never takes more of an item than is there', () => {
    fc.assert(
      fc.property(shares, fc.integer({ min: 1, max: 60_000_000 }), (items, amount) => {
        const posted = items.map((item) => share(item.factory, item.commission))
        const { items: taken, companyIdr } = itemShares(posted, amount)
        const sum = taken.reduce((total, share) => total + share.factoryIdr + share.commissionIdr, companyIdr)
        expect(sum).toBe(amount)
        const left = posted.filter((share) => share.factoryIdr + share.commissionIdr > 0)
        taken.forEach((share, i) => {
          expect(share.commissionIdr).toBeGreaterThanOrEqual(0)
          expect(share.commissionIdr).toBeLessThanOrEqual(left[i]?.commissionIdr ?? 0)
          expect(share.factoryIdr + share.commissionIdr).toBeLessThanOrEqual(
            (left[i]?.factoryIdr ?? 0) + (left[i]?.commissionIdr ?? 0),
          )
        })
      }),
    )
  })
})
