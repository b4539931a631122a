import { expect } from 'vitest'
import { newId } from '../../src/domain/kernel/index.ts'
import { escrow } from '../../src/domain/ledger/index.ts'
import {
  confirmPayments,
  createRefund,
  decideRefunds,
  expirePayments,
  releaseEscrow,
} from '../../src/domain/payment/index.ts'
import { requireBalances } from '../../src/domain/wallet/index.ts'
import { openPaymentFixture, type PaymentFixture } from '../payments.ts'
import { good, openWalletFixture, type WalletFixture } from '../wallets.ts'
import type { Races } from './run-races.ts'

const confirmationOf = (f: PaymentFixture, paymentId: string) => ({
  paymentId,
  paidAmountIdr: 110_000,
  paidAt: f.laku.clock.now(),
  channel: 'BCA',
  invoiceId: `inv-${paymentId}`,
})

/**
 * Money that comes in at the moment when its payment expires is booked once, and the payment becomes paid.
 */
async function raceExpiry(f: PaymentFixture, round: number): Promise<void> {
  const payment = await f.payment()
  const before = await f.balance(escrow(f.sessionId))
  const confirm = () => f.laku.system((work) => confirmPayments(work, [confirmationOf(f, payment.id)]))
  const expire = () => f.laku.system((work) => expirePayments(work, [payment.id]))
  await Promise.all(round % 2 === 0 ? [confirm(), expire(), confirm()] : [expire(), confirm(), expire()])
  expect((await f.row(payment.id)).status).toBe('paid')
  expect(await f.events('payment.paid', payment.id)).toBe(1)
  expect(await f.balance(escrow(f.sessionId))).toBe(before + 110_000)
}

/** Escrow is released or refunded, never both. A refund by staff works in both cases. */
async function raceRelease(f: PaymentFixture): Promise<void> {
  const buyer = await f.buyer()
  const { id, code } = await f.payment('invoice', buyer)
  await f.laku.system((work) => confirmPayments(work, [confirmationOf(f, id)]))
  const items = [{ orderItemId: newId(), factoryId: f.factoryId, goodsIdr: 100_000, commissionIdr: 5_000 }]
  const release = { ...buyer, paymentId: id, paidIdr: 110_000, shippingIdr: 10_000, rebateIdr: 0, items }
  const refund = { key: `left:${id}`, paymentId: id, amountIdr: 110_000, reason: 'buyer_left' }
  const byStaff = { payment: code, amountIdr: 110_000, note: 'a race', borneBy: 'factory' as const }
  const before = await f.balance(escrow(f.sessionId))
  const ended = await Promise.allSettled([
    f.laku.system((work) => releaseEscrow(work, [release])),
    f.laku.system((work) => decideRefunds(work, [refund])),
    f.laku.system((work) => createRefund(work, byStaff)),
  ])
  for (const result of ended)
    if (result.status === 'rejected') expect(result.reason).toHaveProperty('kind', 'conflict')
  const { returnedIdr } = await f.row(id)
  expect([0, 110_000]).toContain(returnedIdr)
  expect(await f.balance(`wallet:${buyer.userId}`)).toBe(returnedIdr)
  expect(await f.balance(escrow(f.sessionId))).toBe(before - 110_000)
}

/** Two withdrawals and a payment want the same money: one gets it. */
async function raceWallet(f: WalletFixture): Promise<void> {
  const userId = await f.user()
  await f.known(userId, good)
  await f.fill(userId, 60_000)
  const pay = f.laku.system(async (work) => {
    await requireBalances(work, [{ userId, amountIdr: 50_000 }])
    await f.spendIn(work, userId, 50_000)
  })
  const tries = await Promise.allSettled([f.withdraw(userId, 50_000), pay, f.withdraw(userId, 50_000)])
  expect(tries.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
  expect([7_500, 10_000]).toContain(await f.wallet(userId))
}

export const moneyRaces: Races<PaymentFixture> = {
  open: openPaymentFixture,
  races: {
    'a payment told twice against its expiry': raceExpiry,
    'release against two refunds': raceRelease,
  },
  broken: (f) => f.broken(),
}

export const walletRaces: Races<WalletFixture> = {
  open: openWalletFixture,
  races: { 'withdrawal against withdrawal against payment': raceWallet },
  broken: (f) => f.broken(),
}
