import { lockRows, type Work } from '../kernel/index.ts'
import { factoryAccount } from '../ledger/index.ts'
import type { Place } from './dispose.ts'
import { suspenseErrors } from './errors.ts'
import type { AskedDisposal, SuspenseItem } from './list-suspense.ts'

/**
 * Returns the factory's account as the destination of a suspense item. The factory's next settlement deducts
 * money that left laku, or adds money that came to laku.
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
 * Returns the company's bank account as the destination of a suspense item's money: the money came back to
 * that account, or was sent from it to its owner.
 */
export const collectPlace = (): Place => ({ account: 'bank' })

/**
 * Returns the company's own account as the destination of a suspense item. The company bears the loss of
 * money that left laku, or keeps money that came to laku.
 */
export const writeOffPlace = (item: SuspenseItem): Place => ({
  account: item.amountIdr < 0 ? 'adjustments' : item.kind === 'chargeback' ? 'chargeback-loss' : 'bad-debt',
})
