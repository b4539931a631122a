import { describe, expect, it } from 'vitest'
import { raceExpiry, raceRelease, raceWallet } from '../../../test/payment-races.ts'
import { openPaymentFixture } from '../../../test/payments.ts'
import { openWalletFixture } from '../../../test/wallets.ts'

const ROUNDS = 200

describe('200 rounds of each race for money', () => {
  it('payment against expiry, release against refund', async () => {
    const f = await openPaymentFixture()
    await raceExpiry(f, ROUNDS)
    await raceRelease(f, ROUNDS)
    expect(await f.broken()).toEqual([])
    await f.laku.close()
  })

  it('withdrawal against withdrawal against payment', async () => {
    const f = await openWalletFixture()
    await raceWallet(f, ROUNDS)
    expect(await f.broken()).toEqual([])
    await f.laku.close()
  })
})
