import { defineErrors } from '../kernel/index.ts'

export const paymentErrors = defineErrors('payment', {
  not_found: ['not_found', 'There is no such payment.'],
  order_has_open_payment: ['conflict', 'This order has a payment that still waits; use that one.'],
  invoice_under_way: ['unavailable', 'The invoice is being made; try again in a few seconds.'],
  invoice_refused: ['unavailable', 'The payment provider refused to make the invoice; staff have been told.'],
  not_refundable: ['conflict', 'Only a payment that was received can be refunded.'],
  over_refunded: ['conflict', 'Refunds and rebates together cannot pass what was paid.'],
  refund_key_reused: ['conflict', 'This refund was decided before with another amount or payment.'],
  invoice_refused_for_good: ['conflict', 'The payment provider takes no payment of this amount.'],
  not_in_quarantine: ['not_found', 'There is no such money in quarantine.'],
  quarantine_decided: ['conflict', 'This money was applied or refunded before.'],
  maybe_charged_back: [
    'conflict',
    'A chargeback of just this amount lies in suspense: dispose of it first, for it may be of this money.',
  ],
  not_payable: ['conflict', 'This payment no longer waits for money.'],
  no_payment: ['invalid', 'This money belongs to no payment of ours: name the payment or the user.'],
  no_source: ['conflict', 'The channel takes nothing back and the payer is unknown: apply it to a wallet.'],
  shortfall_too_large: ['conflict', 'So much is missing that it cannot be taken on: refund it.'],
  refund_not_found: ['not_found', 'There is no such refund.'],
  already_released: [
    'conflict',
    'The escrow of this payment was released: its refund has to say whose money it takes.',
  ],
  in_escrow: [
    'conflict',
    'Its money is in escrow: the buyer leaves, or the session is cancelled, and it goes back by itself.',
  ],
  no_claim: [
    'conflict',
    'The buyer owes nothing of this payment, or there is nothing in the wallet to collect.',
  ],
  cancel_instead: ['conflict', 'All of what an order holds goes back by cancelling it.'],
  below_invoice_minimum: [
    'invalid',
    'So little cannot be paid by invoice: take more, or pay from the wallet.',
  ],
  wallet_part_above_price: ['invalid', 'The wallet cannot pay more than what is to be paid.'],
  rest_below_invoice_minimum: [
    'invalid',
    'What is left is too little for an invoice: let the wallet pay less (most_wallet_idr), or all of it.',
  ],
  no_wallet_part: ['conflict', 'The wallet can pay no part of this: pay all of it by invoice.'],
  same_person: ['forbidden', 'Another person has to approve what you asked for.'],
  look_it_up: [
    'conflict',
    'Its call is lost: laku looks for it and sends nothing. Give it the id that the provider has for it, or declare it dead.',
  ],
  option_not_for_state: ['conflict', 'The state does not take this option.'],
  options_exclude: ['invalid', 'These options do not go together: give one of them.'],
  provider_refund_unknown: ['not_found', 'The provider has no refund of this id.'],
  provider_refund_mismatch: [
    'conflict',
    "The provider's refund of this id is of another payment, reference or amount: look it up again.",
  ],
  refund_not_lost: ['conflict', 'Only a refund whose call is lost can be declared dead.'],
  refund_leased: ['conflict', 'A worker is calling for it at this moment; try again in half a minute.'],
  refund_may_live: [
    'conflict',
    'It is too early: the provider may still know its key, or its book may not be complete.',
  ],
  refund_is_there: [
    'conflict',
    'The provider has it, or says that more was refunded than laku knows: it is not dead.',
  ],
  no_wallet: ['conflict', 'The money is of no payment of ours, so there is no wallet for it.'],
  not_releasable: ['conflict', 'The escrow of this payment is not whole, so it cannot be released.'],
  chargeback_known: [
    'conflict',
    'A chargeback of this payment and amount is booked; where this is another one, say so.',
  ],
  chargeback_not_found: [
    'not_found',
    'Staff booked no such chargeback of this payment whose line was not found yet, or the book has no such line.',
  ],
})
