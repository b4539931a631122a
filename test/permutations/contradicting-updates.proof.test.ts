import { expect, it } from 'vitest'
import { openPaymentFixture } from '../payments.ts'
import { openSettlementFixture } from '../settlements.ts'
import { expectBooked, update } from './contradicted.ts'
import { expectPayoutsAgreed, payoutsAt } from './contradicted-payouts.ts'
import { expectRefundsAgreed, refundsAt } from './contradicted-refunds.ts'
import { permutationsOf } from './permute.ts'

/** Set LAKU_ORDERS to run fewer than all 720 orders. */
const ORDERS = Number(process.env.LAKU_ORDERS ?? 720)
const HOUR_MS = 3_600_000

const orders = permutationsOf(update.length).slice(0, ORDERS)

it(
  'every permutation of what a provider says of a payout, with retries between: its book and ours agree',
  async () => {
    const f = await openSettlementFixture()
    expect(orders).toHaveLength(ORDERS)
    await expectBooked(payoutsAt(f), orders)
    await expectPayoutsAgreed(f)
    await f.laku.close()
  },
  HOUR_MS,
)

it(
  'every permutation of what a provider says of a refund, with retries between: its book and ours agree',
  async () => {
    const f = await openPaymentFixture()
    const refunds = refundsAt(f)
    await expectBooked(refunds, orders)
    await expectRefundsAgreed(f, refunds)
    await f.laku.close()
  },
  HOUR_MS,
)
