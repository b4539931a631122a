import type { Rupiah, Work } from '../../kernel/index.ts'
import { balances, credit, debit, paymentHold, post, walletAccount } from '../../ledger/index.ts'
import { lockWallets, walletErrors } from '../../wallet/index.ts'
import { dimensionsOf } from '../escrow/funds.ts'
import type { Payment } from '../views.ts'
import { type AskedPart, isParted, walletPartOf } from './rules.ts'

/**
 * Locks wallets and returns their balances (rupiah) by user. The balances stay unchanged until the end of the
 * transaction.
 */
export async function inWallets(work: Work, userIds: readonly string[]): Promise<Map<string, Rupiah>> {
  await lockWallets(work, userIds)
  const found = new Map(
    (await balances(work.tx, [...new Set(userIds)].map(walletAccount))).map((balance) => [
      balance.account,
      balance.balanceIdr,
    ]),
  )
  return new Map(userIds.map((userId) => [userId, found.get(walletAccount(userId)) ?? 0]))
}

/**
 * Decides how much of each new payment is paid from its buyer's wallet, in the order given: a payment uses
 * the balance that earlier ones left. The wallets are locked, so each decided sum stays in its wallet until
 * it is held for its payment.
 * @throws as `walletPartOf`
 */
export async function decideParts(work: Work, asked: readonly AskedPart[]): Promise<Rupiah[]> {
  if (asked.length === 0) return []
  const left = await inWallets(
    work,
    asked.map((part) => part.userId),
  )
  return asked.map((part) => {
    const balanceIdr = left.get(part.userId) ?? 0
    const walletIdr = walletPartOf(part, balanceIdr, work.policy)
    left.set(part.userId, balanceIdr - walletIdr)
    return walletIdr
  })
}

/**
 * Holds the wallet's part of payments whose rest is paid by invoice. The part moves at once from the wallet
 * to a ledger account of the payment's own, which may not go below zero.
 * @throws wallet.insufficient_balance with `userIds`
 */
export async function holdParts(work: Work, payments: readonly Payment[]): Promise<void> {
  const parted = payments.filter(isParted)
  if (parted.length === 0) return
  await insteadOfBalance(parted, () =>
    post(
      work,
      parted.map((payment) => {
        const { id, userId, walletIdr } = payment
        const dimensions = dimensionsOf(payment)
        return {
          key: `payment:${id}:held`,
          kind: 'payment.held',
          subject: ['payment', id],
          entries: [
            debit(walletAccount(userId), walletIdr, dimensions),
            credit(paymentHold(id), walletIdr, dimensions),
          ],
        }
      }),
    ),
  )
}

/** Turns the ledger's error for too little balance into the wallet's error, which names no ledger account. */
export async function insteadOfBalance(
  payments: readonly Pick<Payment, 'userId'>[],
  run: () => Promise<unknown>,
): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ledger.insufficient_balance') {
      throw walletErrors.insufficient_balance({
        userIds: [...new Set(payments.map((payment) => payment.userId))],
      })
    }
    throw error
  }
}
