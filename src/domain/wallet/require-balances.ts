import type { Rupiah, Work } from '../kernel/index.ts'
import { balances, walletAccount } from '../ledger/index.ts'
import { walletErrors } from './errors.ts'
import { lockWallets } from './lock.ts'

/** An amount that is about to be taken from a user's wallet. */
export interface Spending {
  userId: string
  amountIdr: Rupiah
}

/**
 * Locks wallets and checks that they hold the amounts that are about to be taken. Throws an error that names
 * the users whose wallets hold too little. The ledger would refuse such a posting too, but its error names no
 * users.
 * @throws wallet.insufficient_balance with `userIds`, and for a single one `balanceIdr` and `neededIdr`
 */
export async function requireBalances(work: Work, spendings: readonly Spending[]): Promise<void> {
  const needed = new Map<string, Rupiah>()
  for (const { userId, amountIdr } of spendings) needed.set(userId, (needed.get(userId) ?? 0) + amountIdr)
  await lockWallets(work, needed.keys())
  const keys = [...needed.keys()].map(walletAccount)
  const found = new Map(
    (await balances(work.tx, keys)).map((balance) => [balance.account, balance.balanceIdr]),
  )
  const held = (userId: string) => found.get(walletAccount(userId)) ?? 0
  const short = [...needed].filter(([userId, amountIdr]) => held(userId) < amountIdr)
  const [first] = short
  if (!first) return
  const userIds = short.map(([userId]) => userId)
  const [userId, neededIdr] = first
  throw walletErrors.insufficient_balance(
    short.length === 1 ? { userIds, balanceIdr: held(userId), neededIdr } : { userIds },
  )
}
