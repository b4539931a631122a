import type { Rupiah } from '../../kernel/index.ts'
import type { PayoutEventPayload, PayoutPurpose } from '../events.ts'
import { isRetryable } from '../rules.ts'

export interface PayoutFacts {
  id: string
  key: string
  purpose: PayoutPurpose
  subjectId: string
  amountIdr: Rupiah
  turns?: number
  /** The route of the payout's money: the provider or the company's bank. Default: the provider. */
  route?: PayoutEventPayload['route']
}

/** The types of the events that announce a payout's new state. */
export const payoutMoves = {
  submitted: 'payout.submitted',
  succeeded: 'payout.succeeded',
  failed: 'payout.failed',
  reversed: 'payout.reversed',
} as const

/** Builds the payload of an event about a payout. */
export function payoutEventPayload(
  payout: PayoutFacts,
  failureCode: string | null = null,
): PayoutEventPayload {
  const { id: payoutId, key, purpose, subjectId, amountIdr, turns: turn = 0, route = 'provider' } = payout
  const retryable = failureCode !== null && isRetryable(failureCode)
  return { payoutId, key, purpose, subjectId, amountIdr, failureCode, retryable, turn, route }
}

/** Returns the command that shows a payout, for the person who looks into it. */
export const commandFor = ({ key }: Pick<PayoutFacts, 'key'>): string => `laku payouts show ${key}`
