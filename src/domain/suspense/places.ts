import { lockRows, type Work } from '../kernel/index.ts'
import { factoryAccount } from '../ledger/index.ts'
import { type AccountName, requirePayableName } from '../ops/index.ts'
import type { Place } from './dispose.ts'
import { suspenseErrors } from './errors.ts'
import type { AskedDisposal, SuspenseItem } from './list-suspense.ts'

/**
 * Assigns a suspense item's money to the factory's account. If the money left laku, the factory's next
 * settlement is reduced by it. If the money came to laku, the next settlement is increased.
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
 * Assigns a suspense item's money to the company's bank account. Either the money came back to this bank
 * account, or staff sent the money from this bank account to its owner. The limits count by `sentTo`, so it
 * must be an account that laku knows how to spell.
 * @throws kernel.payout_channel_unknown, kernel.bank_account_invalid
 */
export const collectPlace = async ({ tx }: Work, sentTo?: AccountName): Promise<Place> => ({
  account: 'bank',
  sentTo: sentTo && (await requirePayableName(tx, sentTo)),
})

/**
 * Assigns a suspense item's money to the company itself. If the money left laku, the company bears the loss.
 * If the money came to laku, the company keeps it.
 */
export const writeOffPlace = (item: SuspenseItem): Place => ({
  account: item.amountIdr < 0 ? 'adjustments' : item.kind === 'chargeback' ? 'chargeback-loss' : 'bad-debt',
})
