/**
 * A fact about a provider, and the reason why `laku providers check` cannot check it without harm. Each run
 * prints these facts. Otherwise a reader could think that they were checked.
 */
export interface NotSeen {
  /** The fact's name in docs/providers.md. */
  fact: string
  because: string
}

export const notSeen: readonly NotSeen[] = [
  {
    fact: 'biteship.install-ping',
    because:
      'Biteship sends the ping when the address is entered in its dashboard, and our server does not store it; the check sent each known form of the ping to our route',
  },
  { fact: 'fonnte.incoming', because: 'it can be seen only when a person writes to the device' },
  {
    fact: 'xendit.refund-refusals',
    because:
      'most of these codes need a payment with a problem; the check sees a code that refuses every refund',
  },
  { fact: 'xendit.disputes', because: 'only a card issuer can open a dispute' },
  {
    fact: 'xendit.payout-statuses',
    because:
      'test mode shows only a few of these states; the check reports another state if the test account shows one',
  },
  { fact: 'xendit.payout-key-life', because: 'the check would have to wait half a day' },
  {
    fact: 'biteship.final-refusals',
    because: 'each code needs a different wrong parcel; the check sees a code that refuses every parcel',
  },
]
