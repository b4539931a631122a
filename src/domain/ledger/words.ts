/**
 * A sentence for each kind of ledger transaction that says what happened, for people who know no bookkeeping.
 */
const moments: Record<string, string> = {
  'payment.confirmed': 'A payment arrived; its money is kept for its order or session',
  'payment.held': 'A part of the wallet was held for a payment; the rest is paid by invoice',
  'payment.freed': 'The invoice was not paid: the held part is in the wallet again',
  'payment.quarantined': 'Money came in that matches no payment: it is in quarantine until staff decide',
  'quarantine.applied': 'Money in quarantine was put into its payment or a wallet',
  'quarantine.charged_back': "The payer's bank took back money that was in quarantine",
  'payment.charged_back': "The buyer's bank or card took the payment back (chargeback)",
  'payment.claimed':
    'The buyer got money twice, from us and from the card issuer: the wallet gave it back, or the buyer owes it',
  'payment.claim_returned': 'Money that was claimed from the buyer was given back to the buyer',
  'payment.claim_collected': 'The debt of the buyer was taken from the wallet',
  'payment.claim_written_off': 'The debt of the buyer was written off as a loss of the company',
  'escrow.released':
    'The order was made: the escrow was split between factory, commission, shipping and buyer',
  'order.earned': 'The order was delivered: its money is earned',
  'order.borne_back':
    'The order ended without a sale: the company got back the refund that it had paid for it',
  'order.taken_back':
    'The order was cancelled after the release of its escrow: the money of the factory, commission and shipping is taken back',
  'refund.decided': 'A refund was decided: the money is owed to the buyer, or is in the wallet',
  'refund.submitted': 'The refund was sent to the provider',
  'refund.succeeded': 'The provider paid the refund out',
  'refund.failed': 'The provider could not pay the refund: the money is owed to the buyer again',
  'refund.to_wallet': "The refund went into the buyer's wallet instead",
  'settlement.submitted': 'The payout to the factory was sent',
  'settlement.confirmed': 'The payout reached the factory',
  'settlement.failed': 'The payout failed: the money is owed to the factory again',
  'settlement.reversed': "The factory's bank sent the payout back: the money is owed to the factory again",
  'factory.written_off': 'The debt of the factory was written off as a loss of the company',
  'withdrawal.held': 'A withdrawal was requested: its amount and fee are held',
  'withdrawal.submitted': 'The withdrawal was sent to the provider',
  'withdrawal.unsent':
    'The balance at the provider was too small for the withdrawal: its money is held again',
  'withdrawal.succeeded': 'The withdrawal reached the bank, and its fee is earned',
  'withdrawal.failed': 'The withdrawal failed: amount and fee are in the wallet again',
  'withdrawal.reversed': 'The bank sent the withdrawal back: amount and fee are in the wallet again',
  'withdrawal.rejected': 'The withdrawal was rejected: amount and fee are in the wallet again',
  'wallet.goodwill': 'The company gave or took back goodwill',
  'wallet.correction': 'A mistake in a wallet was corrected',
  shipment_booked: 'A courier was booked: its price left the deposit',
  shipment_cancelled: "The booking was cancelled: the courier's price came back",
  shipment_price_kept: 'The booking was cancelled, but the courier keeps its price: the company bears it',
  shipment_price_corrected: 'The courier weighed the parcel and changed its price',
  shipment_closed: "The parcel's journey is over: the rest of the shipping fee is the company's margin",
  shipping_fee_borne: 'The company pays the courier, because the buyer got the shipping fee back',
  courier_deposit_topped_up: "Money from the company's bank was added to the courier deposit",
  'suspense.opened': 'Money moved and cannot be assigned: it is in suspense until staff decide',
  'suspense.cleared': 'Money in suspense was cleared by a movement of the opposite amount',
  'suspense.offset': "Money in suspense was included in the factory's next settlement",
  'suspense.wallet': 'Money in suspense was put into a wallet, or taken out of it',
  'suspense.collected': "Money in suspense was settled through the company's bank",
  'suspense.written_off': 'Money in suspense was written off or kept by the company',
  'suspense.reassigned': "Money in suspense was assigned to its payment, or to the provider's fees",
  'suspense.undone': 'A decision about money in suspense was taken back: the money waits for another one',
  'gateway.fee': 'The payment provider charged its fee',
  'gateway.fee_returned': 'The payment provider returned a fee',
  'gateway.swept': 'Money moved between the payment provider and the bank',
}

/**
 * Every kind of ledger transaction that laku posts.
 * @internal
 */
export const momentKinds: readonly string[] = Object.keys(moments)

const accounts: Record<string, string> = {
  gateway: 'money at the payment provider',
  bank: "the company's bank",
  'courier-deposit': 'prepaid at the courier',
  escrow: 'escrow of the session',
  'order-funds': 'money kept for the order',
  wallet: "the buyer's wallet",
  'payment-hold': "part of the buyer's wallet, held for a payment",
  factory: 'owed to the factory',
  suspense: 'money in suspense (not assigned)',
  'refunds-payable': 'refunds decided, not sent',
  'refunds-in-flight': 'refunds sent, not confirmed',
  'payouts-in-flight': 'payouts sent, not confirmed',
  'bank-transfers-in-flight': 'bank transfers handed out, not confirmed',
  'withdrawals-held': 'withdrawals held',
  quarantine: 'money in quarantine',
  commission: 'commission earned',
  'fee-income': 'fees earned',
  shipping: 'shipping charged, for couriers',
  'shipping-margin': 'margin of shipping fees',
  'gateway-fees': "the payment provider's fees",
  'buyer-claims': 'debts of buyers who got money twice',
  subsidy: 'costs of the company',
  'chargeback-loss': 'lost to chargebacks',
  'bad-debt': 'written off',
  adjustments: 'corrections',
}

/** Returns the sentence for a kind of ledger transaction, or the name of the kind if there is no sentence. */
export const momentInWords = (kind: string): string => moments[kind] ?? kind

/** Returns the name of a ledger account in plain words, by its key: `escrow:…` is "escrow of the session". */
export const accountInWords = (key: string): string => accounts[key.split(':')[0] as string] ?? key
