import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { raceExpiry, raceRelease } from '../../../test/payment-races.ts'
import { openPaymentFixture, type PaymentFixture } from '../../../test/payments.ts'

describe('payments race', () => {
  let f: PaymentFixture
  beforeAll(async () => {
    f = await openPaymentFixture()
  })
  afterAll(async () => {
    expect(await f.broken()).toEqual([])
    await f.laku.close()
  })

  it('their expiry: the money is booked once', () => raceExpiry(f, 10))
  it('their release: the escrow goes one way', () => raceRelease(f, 10))
})
