import { defineErrors } from '../kernel/index.ts'

export const walletErrors = defineErrors('wallet', {
  insufficient_balance: ['conflict', 'The wallet does not hold that much.'],
})
