/**
 * A fact that the check cannot look at without harm, and why. Said with each run, so that nobody takes
 * silence for a yes.
 */
export interface NotSeen {
  /** Its name in docs/providers.md. */
  fact: string
  because: string
}

export const notSeen: readonly NotSeen[] = [
  {
    fact: 'biteship.install-ping',
    because:
      'Biteship sends it to us when the address is entered in its dashboard; our route was asked with each shape that is known',
  },
  { fact: 'meta.user-id', because: 'it shows only when a person writes to the number' },
  { fact: 'meta.late-refusals', because: 'they come after a message went out, and the check sends none' },
  { fact: 'fonnte.incoming', because: 'it shows only when a person writes to the device' },
  { fact: 'xendit.refund-refusals', because: 'most of them want a payment that went wrong' },
  {
    fact: 'xendit.payout-events',
    because: 'a payout ends long after the check, and its event goes to the server',
  },
  { fact: 'xendit.invoice-reading', because: 'it shows only where the two contradict each other' },
  {
    fact: 'xendit.list-references',
    because: 'the check finds what it made by other ids, so that null does not mislead it',
  },
  { fact: 'xendit.disputes', because: 'only an issuer opens one' },
  { fact: 'xendit.payout-statuses', because: 'test mode shows a few of them alone' },
  { fact: 'xendit.payout-key-life', because: 'nobody waits half a day for it' },
  { fact: 'biteship.final-refusals', because: 'each wants another wrong parcel' },
]
