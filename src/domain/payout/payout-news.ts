import type { Rupiah } from '../kernel/index.ts'
import type { PayoutNews, PayoutPurpose } from './events.ts'
import { isRetryable } from './rules.ts'

export interface PayoutFacts {
  id: string
  key: string
  purpose: PayoutPurpose
  subjectId: string
  amountIdr: Rupiah
}

/** What events say of a payout. */
export function payoutNews(payout: PayoutFacts, failureCode: string | null = null): PayoutNews {
  const { id: payoutId, key, purpose, subjectId, amountIdr } = payout
  const retryable = failureCode !== null && isRetryable(failureCode)
  return { payoutId, key, purpose, subjectId, amountIdr, failureCode, retryable }
}

/** The command that shows what a payout is for, for a person who looks after it. */
export function commandFor({ purpose, subjectId }: Pick<PayoutFacts, 'purpose' | 'subjectId'>): string {
  return purpose === 'settlement' ? `laku settle show ${subjectId}` : 'laku wallets withdrawals list'
}
