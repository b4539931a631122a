import { lockRows, type Work } from '../kernel/index.ts'
import { factoryAccount } from '../ledger/index.ts'
import type { Place } from './dispose.ts'
import { suspenseErrors } from './errors.ts'
import type { AskedDisposal, SuspenseItem } from './list-suspense.ts'

/**
 * Returns the factory's account, which its next settlement pays: money that left us is deducted there, and
 * money that came to us is added.
 * @throws suspense.no_factory, not_of_that
 */
export async function offsetPlace(
  { tx }: Work,
  item: SuspenseItem,
  { factoryId = item.factoryId ?? undefined }: AskedDisposal,
): Promise<Place> {
  if (!factoryId) throw suspenseErrors.no_factory({ code: item.code })
  if (item.factoryId && item.factoryId !== factoryId)
    throw suspenseErrors.not_of_that({ code: item.code, factoryId: item.factoryId })
  const { factory: found } = await lockRows(tx, { factory: { id: [factoryId] } })
  if (!found?.length) throw suspenseErrors.no_factory({ code: item.code, factoryId })
  return { account: factoryAccount(factoryId), dimensions: { factoryId } }
}

/**
 * Returns the company's bank account: the receiver of our money sent it back there, or a creditor was paid
 * from there.
 */
export const collectPlace = (): Place => ({ account: 'bank' })

/**
 * Returns the company's own account: the company bears money that left us, or keeps money that came to us.
 */
export const writeOffPlace = (item: SuspenseItem): Place => ({
  account: item.amountIdr < 0 ? 'adjustments' : item.kind === 'chargeback' ? 'chargeback-loss' : 'bad-debt',
})
