import type { Work } from '../../kernel/index.ts'
import { balances, debit, type Entry, paymentHold, walletAccount } from '../../ledger/index.ts'
import { dimensionsOf, lockPaidThings } from '../escrow/funds.ts'
import type { LockedPayment } from '../payments/lock.ts'
import { inWallets } from './hold-parts.ts'
import { isParted } from './rules.ts'

/**
 * Returns, by payment, the ledger debit that spends the part which the buyer's wallet pays. A part that is
 * still held is taken from the ledger account that holds it. If the payment ended earlier, the part is back
 * in the wallet and is taken from there. If the wallet no longer has that sum, the payment is left out.
 */
export async function takeParts(work: Work, payments: readonly LockedPayment[]): Promise<Map<string, Entry>> {
  const parted = payments.filter(isParted)
  const taken = new Map<string, Entry>()
  if (parted.length === 0) return taken
  const keys = parted.map(({ id }) => paymentHold(id))
  const held = new Map(
    (await balances(work.tx, keys)).map((balance) => [balance.account, balance.balanceIdr]),
  )
  const freed: LockedPayment[] = []
  for (const payment of parted) {
    const { id, walletIdr } = payment
    if (held.get(paymentHold(id)) === walletIdr)
      taken.set(id, debit(paymentHold(id), walletIdr, dimensionsOf(payment)))
    else freed.push(payment)
  }
  for (const [id, entry] of await takeAgain(work, payments, freed)) taken.set(id, entry)
  return taken
}

/**
 * Takes parts of payments out of the wallets again. These payments had ended, so their parts were put back
 * into the wallets. Now money for these payments arrived after all, so the parts are needed again. Wallets
 * are locked after the payments' orders and sessions, as in all other code.
 */
async function takeAgain(
  work: Work,
  all: readonly LockedPayment[],
  freed: readonly LockedPayment[],
): Promise<Map<string, Entry>> {
  if (freed.length === 0) return new Map()
  await lockPaidThings(work.tx, all)
  const left = await inWallets(
    work,
    freed.map((payment) => payment.userId),
  )
  return new Map(
    freed.flatMap((payment): [string, Entry][] => {
      const { id, userId, walletIdr } = payment
      const balanceIdr = left.get(userId) ?? 0
      if (balanceIdr < walletIdr) return []
      left.set(userId, balanceIdr - walletIdr)
      return [[id, debit(walletAccount(userId), walletIdr, dimensionsOf(payment))]]
    }),
  )
}
