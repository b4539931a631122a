import type { Switches } from '../profile.ts'

/**
 * The switches of Xendit: behaviours that have several variants (`choices`), among which a test chooses. The
 * first variant is the documented one.
 */
export const xenditSwitches = {
  'xendit.refund-form': {
    fact: 'xendit.refund-request',
    says: 'the field by which a refund names its payment: payment_request_id, or in the older form also invoice_id',
    choices: ['current', 'legacy'],
  },
  'xendit.refund-key': {
    fact: 'xendit.refund-key',
    says: 'whether POST /refunds uses the idempotency-key header; the reference documents no such header',
    choices: ['ignored', 'honoured'],
  },
  'xendit.refund-repeat': {
    fact: 'xendit.refund-repeat',
    says: 'the answer to a refund request under a key that was used before',
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
    says: 'whether an e-wallet charge contains its refunded amount',
    choices: ['told', 'not_found'],
  },
  'xendit.settlement': {
    fact: 'xendit.settlement',
    says: 'when paid money can be spent: after the days of its channel, after one day or five days for all channels, or at once',
    choices: ['by_channel', 'after_1d', 'after_5d', 'at_once'],
  },
  'xendit.qris-method': {
    fact: 'xendit.qris-source',
    says: 'the payment method of an invoice that was paid by QRIS',
    choices: ['QR_CODE', 'QRIS'],
  },
  'xendit.transaction-product': {
    fact: 'xendit.transaction-product',
    says: "the product id of a payment's transaction: the id of the payment, or of its invoice",
    choices: ['payment', 'invoice'],
  },
  'xendit.payment-link': {
    fact: 'xendit.transaction-product',
    says: 'whether the transaction of a payment names its invoice and our reference',
    choices: ['linked', 'unlinked', 'nameless'],
  },
  'xendit.fees': {
    fact: 'xendit.transaction-amounts',
    says: 'the form of the fees of transactions',
    choices: ['whole', 'fractional', 'null', 'no_status'],
  },
  'xendit.qris-issuer': {
    fact: 'xendit.qris-source',
    says: 'whether an invoice that was paid by QRIS names the app or bank that paid it',
    choices: ['told', 'absent'],
  },
  'xendit.invoice-minimum': {
    fact: 'xendit.invoice-minimum',
    says: 'whether an invoice below the minimum is refused or accepted',
    choices: ['refused', 'made'],
  },
  'xendit.refund-refusal': {
    fact: 'xendit.refund-refusals',
    says: 'the error code with which a valid refund is refused; none: the refund is accepted',
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
    says: 'whether the balance is in whole rupiah or contains a fraction',
    choices: ['whole', 'fractional'],
  },
  'xendit.payout-status': {
    fact: 'xendit.payout-statuses',
    says: 'the status of an accepted payout; with EXPIRED, REJECTED and COMPLIANCE_REJECTED no money is sent, and LOCKED and PENDING_COMPLIANCE_ASSESSMENT do not change any more',
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
    says: 'the answer to a payout request under a key that was used before',
    choices: ['by_key', 'DUPLICATE_ERROR', 'DUPLICATE_TRANSACTION_ERROR', 'IDEMPOTENCY_ERROR'],
  },
  'xendit.channel-names': {
    fact: 'xendit.payout-channels',
    says: 'whether each payout channel has a name, or the first channel has none',
    choices: ['named', 'one_nameless'],
  },
  'xendit.payout-events': {
    fact: 'xendit.payout-events',
    says: 'whether events about payouts have the form of the older API, or of the newer API with an id that the older API does not know',
    choices: ['v2', 'v3'],
  },
  'xendit.invoice-reading': {
    fact: 'xendit.invoice-reading',
    says: 'whether a paid invoice has the status PAID, or the status EXPIRED although its webhook says paid',
    choices: ['agrees', 'expired'],
  },
  'xendit.list-references': {
    fact: 'xendit.list-references',
    says: 'whether refunds and payouts in lists have our reference or null',
    choices: ['told', 'null'],
  },
} as const satisfies Switches
