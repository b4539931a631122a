import type { Switches } from '../profile.ts'

/** How Xendit may behave; the first choice of each is what it documents. */
export const xenditSwitches = {
  'xendit.refund-form': {
    fact: 'xendit.refund-request',
    says: 'what a refund names its payment by: payment_request_id, or in the older form invoice_id as well',
    choices: ['current', 'legacy'],
  },
  'xendit.refund-key': {
    fact: 'xendit.refund-key',
    says: 'whether POST /refunds heeds the idempotency-key header; the reference has none',
    choices: ['ignored', 'honoured'],
  },
  'xendit.refund-repeat': {
    fact: 'xendit.refund-repeat',
    says: 'what a request under a key that was used before is answered with',
    choices: [
      'by_key',
      'IDEMPOTENCY_ERROR',
      'DUPLICATE_ERROR',
      'DUPLICATE_TRANSACTION_ERROR',
      'INSUFFICIENT_BALANCE',
      'REFUND_AMOUNT_EXCEEDED',
      'API_VALIDATION_ERROR',
    ],
  },
  'xendit.refunded-amount': {
    fact: 'xendit.refunded-amount',
    says: 'whether an e-wallet charge says what was refunded of it',
    choices: ['told', 'not_found'],
  },
  'xendit.settlement': {
    fact: 'xendit.settlement',
    says: 'when what was paid can be spent: after the days of its channel, after one day or five whatever the channel, or at once',
    choices: ['by_channel', 'after_1d', 'after_5d', 'at_once'],
  },
  'xendit.qris-method': {
    fact: 'xendit.qris-source',
    says: 'how an invoice that was paid by QRIS calls its method',
    choices: ['QR_CODE', 'QRIS'],
  },
  'xendit.transaction-product': {
    fact: 'xendit.transaction-product',
    says: "what the line of a payment has as its product: the payment's own id, or the invoice's",
    choices: ['payment', 'invoice'],
  },
  'xendit.payment-link': {
    fact: 'xendit.transaction-product',
    says: 'whether the line of a payment names its invoice, and our reference',
    choices: ['linked', 'unlinked', 'nameless'],
  },
  'xendit.fees': {
    fact: 'xendit.transaction-amounts',
    says: 'what fees of lines look like',
    choices: ['whole', 'fractional', 'null', 'no_status'],
  },
  'xendit.payout-events': {
    fact: 'xendit.payout-events',
    says: "whether a payout's events are those of the older API, or of the newer one, with an id that the older one does not know",
    choices: ['v2', 'v3'],
  },
  'xendit.invoice-reading': {
    fact: 'xendit.invoice-reading',
    says: 'whether an invoice that was paid reads so, or as EXPIRED against its own webhook',
    choices: ['agrees', 'expired'],
  },
  'xendit.list-references': {
    fact: 'xendit.list-references',
    says: 'whether listed refunds and payouts have our reference, or null',
    choices: ['told', 'null'],
  },
} as const satisfies Switches
