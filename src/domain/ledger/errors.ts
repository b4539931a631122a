import { defineErrors } from '../kernel/index.ts'

export const ledgerErrors = defineErrors('ledger', {
  key_reused: [
    'conflict',
    'This key was already used for a posting with other content, so nothing was posted. Check the reference and the amount that you gave.',
  ],
  insufficient_balance: [
    'conflict',
    'The account does not hold enough money for this. Check its balance with laku ledger balances.',
  ],
  still_writing: [
    'unavailable',
    'A database transaction has been open for a minute. Find it in pg_stat_activity and wait for its end or stop it, then run this command again.',
  ],
  chain_whole: [
    'conflict',
    'The chain of the ledger has no break, so there is nothing to declare. No action is needed.',
  ],
})
