/** The thing that a payout pays for. */
export type PayoutPurpose = 'settlement' | 'withdrawal'

export interface PayoutEventPayload {
  payoutId: string
  /** The key that the provider knows the payout by. */
  key: string
  purpose: PayoutPurpose
  /** The settlement or the withdrawal. */
  subjectId: string
  amountIdr: number
  /** The provider sends it, or the company's bank as a line of a batch. */
  route: 'provider' | 'bank'
  /** Why it failed, where it did. */
  failureCode: string | null
  /** Another payout of the same may well succeed. */
  retryable: boolean
  /**
   * How often the provider has contradicted itself about it: postings of a payout that turns again are not
   * the first.
   */
  turn: number
}

declare module '../kernel/events.ts' {
  interface EventPayloads {
    'payout.created': PayoutEventPayload
    /** The payout was submitted: from now on it may have arrived, whatever the provider answers. */
    'payout.submitted': PayoutEventPayload
    'payout.succeeded': PayoutEventPayload
    /** The payout arrived after laku had booked it as failed or come back. */
    'payout.revived': PayoutEventPayload
    'payout.failed': PayoutEventPayload
    /** Never sent, and not to be: an older payout of the same arrived after all. */
    'payout.dropped': PayoutEventPayload
    /** The payout came back. If it was never seen to succeed, payout.succeeded is emitted first. */
    'payout.reversed': PayoutEventPayload
    /**
     * The provider contradicts its earlier state: no further step for the subject is automatic.
     */
    'payout.contradicted': PayoutEventPayload & { from: string; says: string }
  }
}
