/** The purpose of a payout: it pays a settlement or a withdrawal. */
export type PayoutPurpose = 'settlement' | 'withdrawal'

export interface PayoutEventPayload {
  payoutId: string
  /** The key under which the provider knows the payout. */
  key: string
  purpose: PayoutPurpose
  /** The id of the settlement or withdrawal that the payout pays. */
  subjectId: string
  amountIdr: number
  /** The route of the money: the provider sends it, or the company's bank does, as a line of a batch. */
  route: 'provider' | 'bank'
  /** The code of the payout's failure; null if it has not failed. */
  failureCode: string | null
  /** True if a new payout of the same settlement or withdrawal may well succeed. */
  retryable: boolean
  /**
   * How often the provider has contradicted itself about the payout. After a contradiction the payout's
   * postings need new keys, because they are not its first.
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
    /**
     * The payout was never sent, and never will be: an older payout of the same settlement or withdrawal
     * arrived after all.
     */
    'payout.dropped': PayoutEventPayload
    /** The payout came back. If it was never seen to succeed, payout.succeeded is emitted first. */
    'payout.reversed': PayoutEventPayload
    /**
     * The provider contradicts its earlier state of the payout: no further step for its settlement or
     * withdrawal is automatic.
     */
    'payout.contradicted': PayoutEventPayload & { from: string; says: string }
  }
}
