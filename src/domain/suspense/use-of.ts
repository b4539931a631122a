import { sql } from 'kysely'
import type { Work } from '../kernel/index.ts'
import type { Dimensions } from '../ledger/index.ts'
import { type AccountName, type LimitUse, limitAccountOf } from '../ops/index.ts'
import type { Place } from './dispose.ts'
import type { AskedDisposal, SuspenseItem } from './list-suspense.ts'
import { limitedAccount } from './receiving-account.ts'

/**
 * The receiver in the limits of all money that left laku to a receiver and a bank account that nobody knows.
 */
const UNKNOWN_RECEIVER = 'suspense:unknown'

/**
 * Returns the receiver of a suspense item's money, because each receiver has a limit of its own. It is the
 * user or factory whose account gets the money. If the company bears the loss or keeps the money, it is the
 * user or factory of the item. All money that left laku to somebody unknown counts together, also what the
 * company's bank sends on: otherwise each item would have a limit of its own. Money that came to laku and
 * stays there counts by its item.
 */
function receiverOf(
  { code, userId, factoryId, amountIdr }: SuspenseItem,
  { to }: AskedDisposal,
  place: Dimensions | undefined,
  account: AccountName | undefined,
): string {
  if (place?.userId) return `user:${place.userId}`
  if (place?.factoryId) return `factory:${place.factoryId}`
  if (userId) return `user:${userId}`
  if (factoryId) return `factory:${factoryId}`
  const isGone = amountIdr > 0 || to === 'collected'
  return isGone && !account ? UNKNOWN_RECEIVER : `suspense:${code}`
}

/**
 * Builds the record by which the assignment of a suspense item's money is counted towards a person's limits.
 * If the bank account that got the money is known, all money to this account counts together.
 */
export async function useOf(
  work: Work,
  item: SuspenseItem,
  asked: AskedDisposal,
  { dimensions, sentTo }: Pick<Place, 'dimensions' | 'sentTo'>,
): Promise<LimitUse> {
  const account = sentTo ?? (await limitedAccount(work, item.id))
  return {
    kind: 'suspense',
    subject: ['suspense', item.id],
    receiver: receiverOf(item, asked, dimensions, account),
    account: account && limitAccountOf(work.vault, account),
    amountIdr: Math.abs(item.amountIdr),
  }
}

/**
 * Builds the record by which taking a decision back is counted. It counts in place of the decision: for the
 * same receiver and bank account, and against the person who takes it back. Each time counts by itself.
 */
export async function undoneUseOf(
  work: Work,
  item: SuspenseItem,
  asked: AskedDisposal,
  place: Place,
): Promise<LimitUse> {
  const { rows } = await sql<{ receiver: string; account: string | null }>`
    select receiver, account from limit_uses
    where kind = 'suspense' and subject_id = ${item.id} and receiver <> 'nobody'`.execute(work.tx)
  const use = await useOf(work, item, asked, place)
  const [counted] = rows
  return {
    ...use,
    ...(counted && { receiver: counted.receiver, account: counted.account ?? undefined }),
    kind: 'suspense_undone',
    subject: ['suspense', `${item.id}:${item.undos + 1}`],
    clearedAs: item.id,
  }
}
