import { defineErrors } from '../kernel/index.ts'

export const ledgerErrors = defineErrors('ledger', {
  key_reused: ['conflict', 'This business key was posted before with other content.'],
  insufficient_balance: ['conflict', 'The account does not hold that much.'],
  still_writing: [
    'unavailable',
    'A transaction of the database has been open for a minute: look for it in pg_stat_activity, then run this again.',
  ],
  chain_whole: [
    'conflict',
    'The chain of the ledger goes on from its last page: there is no break to declare.',
  ],
})
