import type { Work } from '../kernel/index.ts'
import { walletErrors } from './errors.ts'

/**
 * Refuses to pay from the wallets of users whose phone number or email address was changed a short time ago
 * (users.withdrawals_from). The person who had it before may still stop the change, and bought goods that
 * were sent would not come back (docs/adr/0182).
 * @throws wallet.cooling_off with `until`
 */
export async function requireSpendable(work: Work, userIds: readonly string[]): Promise<void> {
  const cooling = await work.tx
    .selectFrom('users')
    .select(['id', 'withdrawalsFrom'])
    .where('id', 'in', userIds)
    .where('withdrawalsFrom', '>', work.now)
    .executeTakeFirst()
  if (cooling) throw walletErrors.cooling_off({ userIds: [cooling.id], until: cooling.withdrawalsFrom })
}
