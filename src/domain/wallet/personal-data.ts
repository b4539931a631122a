import { sql } from 'kysely'
import type { PersonalTable } from '../kernel/index.ts'

/** The columns of the wallet domain's tables that hold personal data, and how they are erased for a user. */
export const walletPersonalData: readonly PersonalTable[] = [
  {
    table: 'wallet_adjustments',
    columns: ['note'],
    erase: ({ userId }) => sql`update wallet_adjustments set note = '' where user_id = ${userId}`,
  },
  {
    table: 'withdrawals',
    columns: ['note'],
    erase: ({ userId }) => sql`update withdrawals set note = null where user_id = ${userId}`,
  },
  {
    table: 'withdrawal_destinations',
    columns: ['account_number', 'account_holder', 'fingerprint'],
    erase: ({ userId }, vault) => sql`
      update withdrawal_destinations set account_number = ${vault.seal('wallet.destination', '')},
        account_holder = ${vault.seal('wallet.destination', '')}, fingerprint = id::text
      where user_id = ${userId}`,
  },
]
