import { lockRows, type Work } from '../kernel/index.ts'
import { factoryAccount } from '../ledger/index.ts'
import type { Place } from './dispose.ts'
import { suspenseErrors } from './errors.ts'
import type { AskedDisposal, SuspenseItem } from './list-suspense.ts'

/**
 * Against the next settlement of its factory: what left us is taken off there, what came to us is added.
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

/** Through the company's bank: who had it of us sent it there, or who is owed it was sent it from there. */
export const collectPlace = (): Place => ({ account: 'bank' })

/** The company bears what left us, or keeps what came to us. */
export const writeOffPlace = (item: SuspenseItem): Place => ({
  account: item.amountIdr < 0 ? 'adjustments' : item.kind === 'chargeback' ? 'chargeback-loss' : 'bad-debt',
})
