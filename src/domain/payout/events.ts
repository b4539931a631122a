/** What a payout pays for. */
export type PayoutPurpose = 'settlement' | 'withdrawal'

export interface PayoutNews {
  payoutId: string
  /** What the provider knows it by. */
  key: string
  purpose: PayoutPurpose
  /** The settlement or the withdrawal. */
  subjectId: string
  amountIdr: number
  /** Why it failed, where it did. */
  failureCode: string | null
  /** Another payout of the same may well succeed. */
  retryable: boolean
}

declare module '../kernel/events.ts' {
  interface EventPayloads {
    'payout.created': PayoutNews
    /** On its way: from now on it may be there, whatever the provider's answer. */
    'payout.submitted': PayoutNews
    'payout.succeeded': PayoutNews
    'payout.failed': PayoutNews
    /** It came back. One that was never seen to succeed is told to have, first. */
    'payout.reversed': PayoutNews
  }
}
