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
    /** On its way: from now on it may be there, whatever the provider's answer. */
    'payout.submitted': PayoutEventPayload
    'payout.succeeded': PayoutEventPayload
    /** It arrived after we took it to have failed, or to have come back. */
    'payout.revived': PayoutEventPayload
    'payout.failed': PayoutEventPayload
    /** Never sent, and not to be: an older payout of the same arrived after all. */
    'payout.dropped': PayoutEventPayload
    /** It came back. One that was never seen to succeed is told to have, first. */
    'payout.reversed': PayoutEventPayload
    /**
     * The provider says what does not agree with what it said before: nothing more happens to the subject by
     * itself.
     */
    'payout.contradicted': PayoutEventPayload & { from: string; says: string }
  }
}
