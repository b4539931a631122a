/** The purpose of a payout: it pays a settlement or a withdrawal. */
export type PayoutPurpose = 'settlement' | 'withdrawal'

export interface PayoutEventPayload {
  payoutId: string
  /** The key under which the provider has the payout. */
  key: string
  purpose: PayoutPurpose
  /** The id of the settlement or withdrawal that the payout pays. */
  subjectId: string
  amountIdr: number
  /**
   * The route of the payout's money: the provider sends it, or the company's bank does, as a line of a batch.
   */
  route: 'provider' | 'bank'
  /** The code of the payout's failure; null if it has not failed. */
  failureCode: string | null
  /** True if another payout of the same settlement or withdrawal may succeed later. */
  retryable: boolean
  /**
   * The number of times that the provider contradicted itself about the payout. The number is part of the
   * keys of later ledger postings, so that those keys differ from the keys of earlier postings.
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
     * The payout was never sent, and never will be, because an older payout of the same settlement or
     * withdrawal arrived after all.
     */
    'payout.dropped': PayoutEventPayload
    /**
     * The payout's money came back. If laku never learned that the payout had succeeded, payout.succeeded is
     * emitted first.
     */
    'payout.reversed': PayoutEventPayload
    /**
     * The provider contradicts the state of the payout that it reported before. A person decides the next
     * step for the payout's settlement or withdrawal.
     */
    'payout.contradicted': PayoutEventPayload & { from: string; says: string }
  }
}
