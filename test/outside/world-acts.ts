import { sql } from 'kysely'
import { adoptProvider, recogniseDatabase } from '../../src/domain/composition/restore/adopt-provider.ts'
import { databaseDoubt } from '../../src/domain/kernel/index.ts'
import { completeBankFiles } from '../../src/domain/payout/index.ts'
import { type Act, NOTHING } from './acts.ts'
import { dispose } from './dispose.ts'
import type { House } from './house.ts'
import { sweep } from './provider-acts.ts'

const MINUTE_S = 60

export const worldActs = {
  pass: (house, dice) => house.pass(dice.of([1, 16, 61, 61, 200, 800]) * MINUTE_S),
  'back up': async (house) => {
    if (house.sleepers.some) return NOTHING
    await house.backUp()
    return undefined
  },
  /** Restores yesterday's rows. The provider keeps what it did meanwhile. */
  restore: async (house) => {
    const { backup } = house
    // No provider's list has the bank's transfers after the backup. Staff enter them again (running.md),
    // which another test covers. So this act does nothing if the bank acted since the backup.
    if (!backup || house.sleepers.some || backup.atBank !== house.bankTurns) return NOTHING
    house.backup = undefined
    await backup.restore()
    backup.recall()
    house.payments = backup.payments
    for (const [i, now] of house.people.entries()) {
      const then = backup.people[i]
      if (!then) continue
      // Sales and gifts of the lost day are lost with it, but money that was paid out for them is not.
      if (then.dueIdr !== now.dueIdr) now.mayHaveMore = true
      Object.assign(now, { dueIdr: then.dueIdr, collectedIdr: then.collectedIdr, letGoIdr: then.letGoIdr })
      if (now.mayHaveMore || then.mayHaveMore) now.mayHaveMore = true
    }
    const sentBefore = await sent(house)
    await sweep(house)
    if ((await sent(house)) !== sentBefore) throw new Error('something left a database that is in doubt')
    await recogniseDatabase(house.adopting(house.context.actor))
    await adopt(house).catch((error: unknown) => {
      throw new Error('the restored database could not be adopted', { cause: error })
    })
    return undefined
  },
} satisfies Record<string, Act>

/** Ends a payment of the lost day that is still under way. Returns true if there was one. */
async function arrive(house: House, code: string): Promise<boolean> {
  const { payouts, refunds } = await house.book()
  const one = [...payouts, ...refunds].find(({ reference_id }) => reference_id === code)
  if (!one || (one.status !== 'ACCEPTED' && one.status !== 'PENDING')) return false
  const what = payouts.some(({ id }) => id === one.id) ? 'payouts' : 'refunds'
  await house.control('POST', `/${what}/${one.id}`, { status: 'SUCCEEDED' })
  return true
}

const sent = async (house: House) => {
  const { payouts, refunds } = await house.book()
  return payouts.length + refunds.length
}

const refundCodes = async ({ laku }: House) => {
  const { rows } = await sql<{ code: string }>`select code from refunds`.execute(laku.db)
  return new Set(rows.map(({ code }) => code))
}

/**
 * Adds an adopted refund to the sum that is due to its buyer. The restore took the decision of the lost day
 * out of that sum, and the adopted refund is a decision in the database again.
 */
function owe(house: House, paymentCode: string | null, amountIdr: number): void {
  const payment = house.payments.find(({ code }) => code === paymentCode)
  const payer = payment && house.payers.get(payment.invoiceId)
  if (payer) payer.dueIdr += amountIdr
}

const ROUNDS = 4

/** Adopts the lost data as running.md describes: adopt, dispose of money without an owner, adopt again. */
export async function adopt(house: House): Promise<void> {
  const { laku, clerks } = house
  const actor = clerks[0] as (typeof clerks)[number]
  // The provider's lists must not lag, because a lag would hide objects from the adoption.
  await house.control('PUT', '/faults', [] as never)
  await house.control('PUT', '/lists', { lag_s: 0 })
  for (let round = 0; round < ROUNDS; round++) {
    const known = await refundCodes(house)
    const { done, open, refunds } = await adoptProvider(house.adopting(actor))
    for (const { code, payment, amountIdr } of refunds) if (!known.has(code)) owe(house, payment, amountIdr)
    // All bank files are known, because the bank had confirmed none when the backup was made.
    if (done) return await laku.as(actor, completeBankFiles)
    for (const { code } of open) if (!(await arrive(house, code))) await dispose(house, code)
  }
  throw new Error(
    `money still stands still: ${JSON.stringify(await laku.system(({ tx }) => databaseDoubt(tx)))}`,
  )
}
