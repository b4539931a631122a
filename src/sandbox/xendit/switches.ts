import type { Switches } from '../profile.ts'

/** The behaviours of Xendit that a test can choose; the first choice of each switch is the documented one. */
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
  'xendit.qris-issuer': {
    fact: 'xendit.qris-source',
    says: 'whether an invoice that was paid by QRIS says which app or bank paid it',
    choices: ['told', 'absent'],
  },
  'xendit.invoice-minimum': {
    fact: 'xendit.invoice-minimum',
    says: 'whether an invoice below the minimum is refused, or made all the same',
    choices: ['refused', 'made'],
  },
  'xendit.refund-refusal': {
    fact: 'xendit.refund-refusals',
    says: 'what a refund is refused with that breaks no rule; none where it is made',
    choices: [
      'none',
      'API_VALIDATION_ERROR',
      'INELIGIBLE_TRANSACTION',
      'INELIGIBLE_TRANSACTION_STATUS',
      'PARTIAL_REFUND_COUNTS_EXCEEDED',
      'TRANSACTION_NOT_FOUND',
      'REFUND_NOT_SUPPORTED',
      'TEMPORARILY_UNAVAILABLE',
    ],
  },
  'xendit.balance': {
    fact: 'xendit.balance',
    says: 'whether the balance is whole rupiah, or has a fraction of one',
    choices: ['whole', 'fractional'],
  },
  'xendit.payout-status': {
    fact: 'xendit.payout-statuses',
    says: 'the state of a payout that was taken on; of EXPIRED, REJECTED and COMPLIANCE_REJECTED nothing is sent, and LOCKED and PENDING_COMPLIANCE_ASSESSMENT stay',
    choices: [
      'ACCEPTED',
      'READY',
      'ROUTING',
      'LOCKED',
      'PENDING_COMPLIANCE_ASSESSMENT',
      'COMPLIANCE_REJECTED',
      'EXPIRED',
      'REJECTED',
    ],
  },
  'xendit.payout-repeat': {
    fact: 'xendit.duplicate-codes',
    says: 'what a payout under a key that was used before is answered with',
    choices: ['by_key', 'DUPLICATE_ERROR', 'DUPLICATE_TRANSACTION_ERROR', 'IDEMPOTENCY_ERROR'],
  },
  'xendit.channel-names': {
    fact: 'xendit.payout-channels',
    says: 'whether each payout channel has a name, or the first has none',
    choices: ['named', 'one_nameless'],
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
