import { sql } from 'kysely'
import type { PersonalTable } from '../kernel/index.ts'

/** The tables of the payout domain that hold personal data, and how a person's data is erased from each. */
export const payoutPersonalData: readonly PersonalTable[] = [
  {
    table: 'payouts',
    columns: ['account_number', 'account_holder', 'description', 'dead_reason'],
    erase: ({ userId }, vault) => sql`
      update payouts set account_number = ${vault.seal('payout.destination', '')},
        account_holder = ${vault.seal('payout.destination', '')}, dead_reason = null
      where purpose = 'withdrawal' and user_id = ${userId}`,
  },
]
