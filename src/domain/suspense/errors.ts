import { defineErrors } from '../kernel/index.ts'

export const suspenseErrors = defineErrors('suspense', {
  not_found: [
    'not_found',
    'No unassigned money (suspense) has this id or code. See the list with laku suspense list.',
  ],
  no_posting: [
    'not_found',
    'The gateway account of the ledger has no posting with this key. Take the key from laku payments reconcile.',
  ],
  posting_there: [
    'conflict',
    "The provider's list has a line of this posting, so its money did move. If that line differs, book it with laku payments book.",
  ],
  posting_young: [
    'conflict',
    "This posting is so young that the provider's list may not show its line yet. Try again after the time in `from`.",
  ],
  known: ['conflict', 'This posting was already put into suspense. See it with laku suspense list --all.'],
  ambiguous: [
    'conflict',
    'Several amounts have this code. Name one by its UUID; laku suspense list --code shows them.',
  ],
  no_factory: [
    'invalid',
    'It is not known which factory this money belongs to. Name the factory with --factory.',
  ],
  no_user: ['invalid', 'It is not known which user this money belongs to. Name the user with --user.'],
  not_of_that: [
    'conflict',
    'This money belongs to another payment, user or factory than the one you named. Name the right one; laku suspense show shows it.',
  ],
  no_place: [
    'conflict',
    'This kind of money cannot be assigned in this way. See the possible ways with laku suspense show.',
  ],
  sent_to_nobody: [
    'invalid',
    'This money left laku and came back, so it was sent to no bank account. Leave out --channel and --account.',
  ],
  part_too_large: [
    'invalid',
    'A part must be above zero and below the whole amount. Name a smaller amount; laku suspense show shows the whole one.',
  ],
  chargeback_changed: [
    'conflict',
    'The chargeback of this money was moved, won back or corrected since, so the assignment cannot be taken back. See it with laku payments show, and move it with laku payments chargeback --move.',
  ],
  request_unnamed: [
    'invalid',
    'Name the request that you checked, so that no other one is approved: give the value of `request`, which laku suspense show shows, with --request.',
  ],
  request_changed: [
    'conflict',
    'Another assignment is asked for now than the one that you checked. See it with laku suspense show.',
  ],
  same_person: [
    'forbidden',
    'You requested this assignment of money yourself, so you cannot approve it. Ask another person to run laku suspense approve.',
  ],
  nothing_asked: [
    'conflict',
    'Nobody has asked for a decision on this money, so there is nothing to approve or reject. See it with laku suspense show.',
  ],
})
