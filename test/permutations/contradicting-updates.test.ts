import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPaymentFixture, type PaymentFixture } from '../payments.ts'
import { openSettlementFixture, type SettlementFixture } from '../settlements.ts'
import { expectBooked, update } from './contradicted.ts'
import { expectPayoutsAgreed, payoutsAt } from './contradicted-payouts.ts'
import { expectRefundsAgreed, refundsAt } from './contradicted-refunds.ts'
import { permutationsOf, randomOf, sampleOf } from './permute.ts'

const ORDERS = 8

let settlements: SettlementFixture
let payments: PaymentFixture
const seed = Number(process.env.LAKU_SEED ?? Math.floor(Math.random() * 1e9))
beforeAll(async () => {
  console.log(`orders of contradicting updates by LAKU_SEED=${seed}`)
  settlements = await openSettlementFixture()
  payments = await openPaymentFixture()
})
afterAll(async () => {
  await settlements.laku.close()
  await payments.laku.close()
})

const orders = () => sampleOf(permutationsOf(update.length), ORDERS, randomOf(seed))

it('what a provider says of a payout in any order, with retries between, leaves its book and ours agreed', async () => {
  expect(orders()).toHaveLength(ORDERS)
  await expectBooked(payoutsAt(settlements), orders())
  await expectPayoutsAgreed(settlements)
})

it('what a provider says of a refund in any order, with retries between, leaves its book and ours agreed', async () => {
  const refunds = refundsAt(payments)
  await expectBooked(refunds, orders())
  await expectRefundsAgreed(payments, refunds)
})
