import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin } from '../../../test/laku.ts'
import { openPaymentFixture, type PaymentFixture } from '../../../test/payments.ts'
import { finance } from '../../../test/wallets.ts'
import { newId, type Transitions } from '../kernel/index.ts'
import {
  applyQuarantined,
  applyRefundAnswers,
  approveRefund,
  confirmPayments,
  createRefund,
  decideRefunds,
  expirePayments,
  type PaymentStatus,
  paymentTransitions,
  type RefundStatus,
  refundQuarantined,
  refundTransitions,
  rejectRefund,
  releaseEscrow,
  retryRefund,
} from './index.ts'
import { failPayments } from './payments/fail.ts'
import { claimRefunds } from './refunds/claim.ts'

const statesOf = <S extends string>(table: Transitions<S>) => Object.keys(table) as S[]

describe('every move of the tables, and no other', () => {
  let f: PaymentFixture
  beforeAll(async () => {
    f = await openPaymentFixture()
  })
  afterAll(async () => {
    expect(await f.broken()).toEqual([])
    await f.laku.close()
  })

  const confirm = (paymentId: string, paidAmountIdr = 110_000, channel = 'BCA') => {
    const confirmation = { paymentId, paidAmountIdr, paidAt: f.laku.clock.now(), channel, invoiceId: newId() }
    return f.laku.system((work) => confirmPayments(work, [confirmation]))
  }
  const refund = (paymentId: string, amountIdr: number) =>
    f.laku.system((work) => decideRefunds(work, [{ key: newId(), paymentId, amountIdr, reason: 'a_test' }]))
  const quarantinedOf = async (paymentId: string) =>
    (
      await f.laku.db
        .selectFrom('quarantinedMoney')
        .select('id')
        .where('paymentId', '=', paymentId)
        .executeTakeFirst()
    )?.id
  const leftOf = async (id: string) => {
    const { amountIdr, returnedIdr } = await f.row(id)
    return amountIdr - returnedIdr
  }

  /** Makes a payment in each state, by the steps that lead to it. */
  const inState: Record<PaymentStatus, () => Promise<string>> = {
    pending: async () => (await f.payment()).id,
    paid: () => moved('pending', (id) => confirm(id)),
    partially_refunded: () => moved('paid', (id) => refund(id, 10_000)),
    refunded: () => moved('paid', (id) => refund(id, 110_000)),
    expired: () => moved('pending', (id) => f.laku.system((work) => expirePayments(work, [id]))),
    failed: () => moved('pending', (id) => f.laku.system((work) => failPayments(work, [id]))),
    review: () => moved('pending', (id) => confirm(id, 90_000)),
  }
  const moved = async (from: PaymentStatus, move: (id: string) => Promise<unknown>) => {
    const id = await inState[from]()
    await move(id)
    return id
  }
  /** The acts that lead a payment to each state, whatever state it is in. */
  const moveTo: Partial<Record<PaymentStatus, (id: string, from: PaymentStatus) => Promise<unknown>>> = {
    paid: async (id, from) => {
      const money = await quarantinedOf(id)
      if (from !== 'review' || !money) return await confirm(id)
      return await f.laku.as(admin, (work) => applyQuarantined(work, { id: money }))
    },
    expired: (id) => f.laku.system((work) => expirePayments(work, [id])),
    failed: (id) => f.laku.system((work) => failPayments(work, [id])),
    review: (id) => confirm(id, 90_000),
    partially_refunded: (id) => refund(id, 10_000),
    refunded: async (id, from) => {
      const money = await quarantinedOf(id)
      if (from !== 'review' || !money) return await refund(id, (await leftOf(id)) || 1)
      return await f.laku.as(admin, (work) => refundQuarantined(work, { id: money }))
    },
  }

  it.each(statesOf(paymentTransitions))('of a payment that is %s', async (from) => {
    for (const [to, move] of Object.entries(moveTo) as [PaymentStatus, typeof moveTo.paid & object][]) {
      const id = await inState[from]()
      await move(id, from).catch((error: Error & { kind?: string }) => expect(error.kind).toBe('conflict'))
      const legal = paymentTransitions[from].includes(to)
      expect([from, to, (await f.row(id)).status]).toEqual([from, to, legal ? to : from])
    }
  })

  /** Makes a released payment whose channel accepts refunds, so that a refund by staff must be sent. */
  const released = async () => {
    const buyer = await f.buyer()
    const { id, code } = await f.payment('invoice', buyer)
    await confirm(id, 110_000, 'DANA')
    const items = [{ orderItemId: newId(), factoryId: f.factoryId, goodsIdr: 100_000, commissionIdr: 5_000 }]
    const release = { ...buyer, paymentId: id, paidIdr: 110_000, shippingIdr: 10_000, rebateIdr: 0, items }
    await f.laku.system((work) => releaseEscrow(work, [release]))
    return code
  }
  const row = (id: string) =>
    f.laku.db.selectFrom('refunds').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  const asked = async (limitIdr: number) => {
    const payment = await released()
    f.laku.policy.refundTwoPersonAboveIdr = limitIdr
    const made = await f.laku.as(finance('asker'), (work) =>
      createRefund(work, { payment, amountIdr: 30_000, note: 'a test', borneBy: 'factory' }),
    )
    f.laku.policy.refundTwoPersonAboveIdr = 1_000_000
    return made.id
  }
  const refundTo: Record<Exclude<RefundStatus, 'requested'>, (id: string) => Promise<unknown>> = {
    approved: (id) => f.laku.as(finance('approver'), (work) => approveRefund(work, { refund: id })),
    rejected: (id) => f.laku.as(finance(), (work) => rejectRefund(work, { refund: id })),
    submitted: async (id) => {
      f.laku.clock.shift(901)
      await f.laku.system((work) => claimRefunds(work, [id]))
    },
    succeeded: async (id) => {
      const { code, attempt, amountIdr } = await row(id)
      const answer = {
        id: newId(),
        status: 'SUCCEEDED',
        amountIdr,
        referenceId: `${code}-${attempt}`,
      } as const
      await f.laku.system((work) => applyRefundAnswers(work, [answer]))
    },
    failed: (id) =>
      f.laku.system((work) => applyRefundAnswers(work, [], [{ id, failureCode: 'INSUFFICIENT_BALANCE' }])),
    to_wallet: (id) => f.laku.as(finance(), (work) => retryRefund(work, { refund: id, wallet: true })),
  }
  const path: Record<RefundStatus, readonly (keyof typeof refundTo)[]> = {
    requested: [],
    approved: ['approved'],
    rejected: ['rejected'],
    submitted: ['approved', 'submitted'],
    succeeded: ['approved', 'submitted', 'succeeded'],
    failed: ['approved', 'submitted', 'failed'],
    to_wallet: ['approved', 'submitted', 'failed', 'to_wallet'],
  }
  const refundIn = async (status: RefundStatus) => {
    const id = await asked(20_000)
    for (const step of path[status]) await refundTo[step](id)
    expect((await row(id)).status).toBe(status)
    return id
  }
  it.each(statesOf(refundTransitions))('of a refund that is %s', async (from) => {
    for (const [to, move] of Object.entries(refundTo) as [RefundStatus, (id: string) => Promise<unknown>][]) {
      // This refund can succeed only by the provider's answer, and the provider was not asked. A refund into
      // the wallet succeeds with the approval (staff-refunds.test.ts).
      if (from === 'requested' && to === 'succeeded') continue
      const id = await refundIn(from)
      await move(id).catch((error: Error & { kind?: string }) => expect(error.kind).toBe('conflict'))
      expect([from, to, (await row(id)).status]).toEqual([
        from,
        to,
        refundTransitions[from].includes(to) ? to : from,
      ])
    }
  })
})
