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
      'Biteship sends it when the address is entered in its dashboard, and our server keeps none; our route was asked with each shape that is known',
  },
  { fact: 'fonnte.incoming', because: 'it shows only when a person writes to the device' },
  {
    fact: 'xendit.refund-refusals',
    because: 'most of them want a payment that went wrong; what refuses every refund is seen',
  },
  { fact: 'xendit.disputes', because: 'only an issuer opens one' },
  {
    fact: 'xendit.payout-statuses',
    because: 'test mode shows a few of them alone; another that the test account shows is seen',
  },
  { fact: 'xendit.payout-key-life', because: 'nobody waits half a day for it' },
  {
    fact: 'biteship.final-refusals',
    because: 'each wants another wrong parcel; what refuses every parcel is seen',
  },
]
