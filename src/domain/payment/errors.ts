import { defineErrors } from '../kernel/index.ts'

export const paymentErrors = defineErrors('payment', {
  not_found: ['not_found', 'This payment was not found. Check its code or id.'],
  order_has_open_payment: [
    'conflict',
    'This order already has an open payment. Use that payment instead of a new one.',
  ],
  invoice_under_way: ['unavailable', 'The invoice is being made now. Try again in a few seconds.'],
  invoice_refused: [
    'unavailable',
    'The payment provider refused to make the invoice, and our staff were told. Try again later.',
  ],
  not_refundable: [
    'conflict',
    'This payment did not receive so much money, so it cannot be refunded or charged back. See it with laku payments show.',
  ],
  over_refunded: [
    'conflict',
    'This is more than is left of the payment after its refunds and rebates. Refund at most the amount in `left_idr`.',
  ],
  refund_key_blank: [
    'invalid',
    'The key of this refund has no visible character. Write at least one letter or digit, or leave the key out.',
  ],
  refund_key_reused: [
    'conflict',
    'This key was already used for a refund with another payment, amount or --borne-by. Give the new refund another key.',
  ],
  invoice_refused_for_good: [
    'conflict',
    'The payment provider does not accept a payment of this amount. Change the order, or pay from your wallet.',
  ],
  not_in_quarantine: [
    'not_found',
    'No money in quarantine has this id. See the list with laku payments quarantine list.',
  ],
  quarantine_decided: [
    'conflict',
    'This money was already applied or refunded. See what was done with laku payments quarantine list --all.',
  ],
  maybe_charged_back: [
    'conflict',
    'This money may have been charged back: a chargeback of it, or of the same amount, is still undecided. First decide the chargeback: the details name the command that shows or books it.',
  ],
  not_payable: [
    'conflict',
    'This payment does not wait for money now. Check its status: it may be paid, expired or under review.',
  ],
  no_payment: [
    'invalid',
    'The records do not say to which payment this quarantined money belongs. Name the payment with --payment, or with --user the user whose wallet takes the money.',
  ],
  no_source: [
    'conflict',
    'This money cannot go back to where it came from, and no buyer is known for it. Put it into a wallet with laku payments quarantine apply --user.',
  ],
  shortfall_too_large: [
    'conflict',
    'Too much money is missing to accept this as the payment. Send it back with laku payments quarantine refund.',
  ],
  refund_not_found: ['not_found', 'This refund was not found. See the refunds with laku refunds list.'],
  already_released: [
    'conflict',
    'The escrow of this payment was already released. Say who pays for the refund with --borne-by factory or --borne-by company.',
  ],
  in_escrow: [
    'conflict',
    'The money of this payment is still in escrow, so it cannot be refunded separately. Run laku sessions leave or laku sessions cancel; both refund the buyer automatically.',
  ],
  no_claim: [
    'conflict',
    'There is nothing to collect: the buyer owes nothing for this payment, or the wallet is empty. To give up the debt, use --write-off.',
  ],
  cancel_instead: [
    'conflict',
    'This refund would be all the money of the order. Cancel the order with laku orders cancel instead; the money then goes back automatically.',
  ],
  below_invoice_minimum: [
    'invalid',
    'This amount is too small for an invoice. Order more, or pay from your wallet.',
  ],
  wallet_part_above_price: [
    'invalid',
    'The part from your wallet is more than the price. Pay a smaller part from your wallet.',
  ],
  rest_below_invoice_minimum: [
    'invalid',
    'After the part from your wallet, the rest is too small for an invoice. Pay at most the amount in `most_wallet_idr` from your wallet, or pay everything from it.',
  ],
  no_wallet_part: [
    'conflict',
    'Your wallet cannot pay a part of this price: it is empty, or the rest would be too small for an invoice. Pay everything by invoice.',
  ],
  same_person: [
    'forbidden',
    'You made the first request about this refund yourself, so you cannot approve it. Ask another person to approve it.',
  ],
  look_it_up: [
    'conflict',
    'It is not known whether the provider got this refund, so laku does not send it again. Use laku refunds retry --provider-refund-id, or laku refunds declare-dead.',
  ],
  provider_silent: [
    'unavailable',
    'The provider does not say what became of the earlier request of this refund, so nothing is sent and nothing goes into the wallet. Try again later.',
  ],
  refund_moves_again: [
    'conflict',
    'The provider is working on an earlier request of this refund again, so the money may still arrive. Wait until that request has ended, then try again; see it with laku refunds show.',
  ],
  option_not_for_state: [
    'conflict',
    'The option named in `option` cannot be used in the current state of the refund. Leave it out, or use an option from `takes`.',
  ],
  options_exclude: [
    'invalid',
    'The options listed in `options` cannot be used together. Give only one of them.',
  ],
  provider_refund_unknown: [
    'not_found',
    "The provider has no refund with this id. Check the id in the provider's dashboard.",
  ],
  provider_refund_mismatch: [
    'conflict',
    "The provider's refund with this id has another payment, reference or amount. Check the id in the provider's dashboard.",
  ],
  nothing_declared: [
    'conflict',
    'Nobody has asked to declare this refund dead, so there is nothing to refuse. See it with laku refunds show.',
  ],
  refund_not_lost: [
    'conflict',
    'This refund cannot be declared dead, because its request to the provider was not lost. See its status with laku refunds show. If the provider’s support says that it will never pay the refund, add --ticket.',
  ],
  refund_not_under_way: [
    'conflict',
    'The provider does not show this refund as under way, so --ticket does not apply to it. See it with laku refunds show.',
  ],
  refund_not_stuck_yet: [
    'conflict',
    'The provider may still end this refund by itself. Give it up after the time in `from`.',
  ],
  other_ticket: [
    'conflict',
    'The first person gave another ticket of the provider, which is in `ticket`. Read that ticket and give it, or refuse the request with laku refunds keep.',
  ],
  refund_leased: ['conflict', 'A worker is sending this refund right now. Try again in 30 seconds.'],
  refund_may_live: [
    'conflict',
    'It is too early to declare this refund dead, because the provider may still make it. Try again after the time in `from`.',
  ],
  refund_is_there: [
    'conflict',
    'The provider has this refund, or has refunded more of the payment than laku knows, so the refund is neither declared dead nor made again. Take it over with laku refunds retry --provider-refund-id.',
  ],
  refunded_already: [
    'conflict',
    'The provider has already refunded money of this receipt by itself, so it cannot pay a payment. Put it into the wallet of the payer with laku payments quarantine apply --wallet: what was refunded is taken off.',
  ],
  no_wallet: [
    'conflict',
    'The payment of this refund is not known, so there is no wallet to put its money into. Run laku refunds retry without --wallet.',
  ],
  not_releasable: [
    'conflict',
    'The escrow of this payment is not complete, so it cannot be released. See its refunds with laku payments show.',
  ],
  chargeback_known: [
    'conflict',
    'This chargeback, or one of the same payment and amount, is already booked. If this is a different one, give its own id and --another.',
  ],
  chargeback_not_found: [
    'not_found',
    "No matching chargeback was found, either in the bookings by staff or in the provider's list. Check the ids that you gave with --same-as and --transaction. If more money came back than was charged back of the payment, split it first (laku suspense split).",
  ],
})
