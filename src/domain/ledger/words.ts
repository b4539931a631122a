/**
 * A sentence for each kind of ledger transaction that says what happened, for people who know no bookkeeping.
 */
const moments: Record<string, string> = {
  'payment.confirmed': 'A payment arrived, and is kept for what it pays',
  'payment.held': 'A part of the wallet was held for a payment: the rest comes by invoice',
  'payment.freed': 'The invoice came to nothing: what was held for it is in the wallet again',
  'payment.quarantined': 'Money came in that fits nothing: it is kept apart until a person decides',
  'quarantine.applied': 'Money that was kept apart was given to what it was meant for',
  'quarantine.charged_back': 'The bank of who paid took back money that was kept apart',
  'payment.charged_back': 'The buyer had the bank take the payment back',
  'payment.claimed':
    "What the buyer had twice, of us and of their card's issuer, was taken from the wallet, or is owed",
  'payment.claim_returned': 'What was claimed of the buyer is theirs after all',
  'payment.claim_collected': 'What the buyer owed was taken from the wallet',
  'payment.claim_written_off': "What the buyer owed was given up: it is the company's loss",
  'escrow.released':
    'The order was made: the escrow went to the factory, the commission, the courier and the buyer',
  'order.earned': 'The order was delivered: what was kept for it is earned',
  'order.borne_back': 'What the company bore of an order that came to nothing came back to it',
  'order.taken_back':
    'The order was cancelled after its release: what the factory and the courier were given is taken back',
  'refund.decided': 'A refund was decided: the money is owed to the buyer, or in their wallet',
  'refund.submitted': 'The refund was sent to the provider',
  'refund.succeeded': 'The provider paid the refund out',
  'refund.failed': 'The provider could not pay the refund: it is owed again',
  'refund.to_wallet': "The refund went into the buyer's wallet instead",
  'settlement.submitted': 'The payout to the factory was sent',
  'settlement.confirmed': 'The payout reached the factory',
  'settlement.failed': 'The payout failed: the factory is owed it again',
  'settlement.reversed': "The factory's bank sent the payout back: it is owed again",
  'factory.written_off': "What the factory owed was given up: it is the company's loss",
  'withdrawal.held': 'A withdrawal was asked for: its amount and fee are held',
  'withdrawal.submitted': 'The withdrawal was sent to the provider',
  'withdrawal.unsent': 'The balance at the provider did not reach for the withdrawal: it is held again',
  'withdrawal.succeeded': 'The withdrawal reached the bank, and its fee is earned',
  'withdrawal.failed': 'The withdrawal failed: amount and fee are in the wallet again',
  'withdrawal.reversed': 'The bank sent the withdrawal back: amount and fee are in the wallet again',
  'withdrawal.rejected': 'The withdrawal was refused: amount and fee are in the wallet again',
  'wallet.goodwill': 'The company gave or took back goodwill',
  'wallet.correction': 'A mistake in a wallet was put right',
  shipment_booked: 'A courier was booked: its price left the deposit',
  shipment_cancelled: "The booking was cancelled: the courier's price came back",
  shipment_price_corrected: 'The courier weighed again: its price changed',
  shipment_closed: "The parcel's way is over: what is left of its fee is the company's margin",
  shipping_fee_borne: "The company bears a courier's fee that the buyer gets back",
  courier_deposit_topped_up: "The company's bank filled the courier's deposit",
  'suspense.opened':
    'Money moved that has no place yet: it is kept under the code of its object until a person decides',
  'suspense.cleared': 'What was kept without a place came to nothing: the opposite was heard',
  'suspense.offset': "What was kept without a place is set against the factory's next settlement",
  'suspense.wallet': "What was kept without a place went into the buyer's wallet, or was taken out of it",
  'suspense.collected': "What was kept without a place went through the company's bank",
  'suspense.written_off': 'What was kept without a place is borne, or kept, by the company',
  'suspense.reassigned': 'What was kept without a place was given to what it belongs to',
  'gateway.fee': 'The payment provider took its fee',
  'gateway.fee_returned': 'The payment provider gave a fee back',
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
  'order-funds': 'kept for the order',
  wallet: "the buyer's wallet",
  'payment-hold': "held of the buyer's wallet for a payment",
  factory: 'owed to the factory',
  suspense: 'has no place yet',
  'refunds-payable': 'refunds decided, not sent',
  'refunds-in-flight': 'refunds sent, not confirmed',
  'payouts-in-flight': 'payouts sent, not confirmed',
  'bank-transfers-in-flight': 'given to the bank, not confirmed',
  'withdrawals-held': 'withdrawals held',
  quarantine: 'kept apart until somebody decides',
  commission: 'commission earned',
  'fee-income': 'fees earned',
  shipping: 'shipping charged, for couriers',
  'shipping-margin': 'left of shipping fees',
  'gateway-fees': "the payment provider's fees",
  'buyer-claims': 'owed by buyers who were paid twice',
  subsidy: 'borne by the company',
  'chargeback-loss': 'lost to chargebacks',
  'bad-debt': 'written off',
  adjustments: 'corrections',
}

/** Returns the sentence for a kind of ledger transaction, or the name of the kind if there is no sentence. */
export const momentInWords = (kind: string): string => moments[kind] ?? kind

/** Returns the name of a ledger account in plain words, by its key: `escrow:…` is "escrow of the session". */
export const accountInWords = (key: string): string => accounts[key.split(':')[0] as string] ?? key
