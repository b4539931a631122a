// laku relies on the facts in this file, which Xendit documents. docs/providers.md gives the source, date and
// certainty of each fact under the same name.

/** xendit.webhook-timeout: the time that Xendit waits for an answer to a webhook (s). */
export const WEBHOOK_TIMEOUT_S = 30

export interface PayoutChannelFact {
  name: string
  kind: 'bank' | 'ewallet'
  /** The form of an account number at this channel. */
  digits: RegExp
  /** The smallest amount of one payout to this channel, and the largest (IDR). */
  minimumIdr: number
  maximumIdr: number
  /** The number of characters of a payout's description that the receiver sees. */
  descriptionLength: number
}

/**
 * xendit.payout-minimum: the smallest payout (IDR). Xendit's pages contradict each other: for each bank they
 * say 1, 5,000 or 10,000. This constant is the largest of these figures.
 */
export const PAYOUT_MINIMUM_IDR = 10_000
/** xendit.bi-fast: the largest payout to a bank (IDR) where RTGS was not activated. */
const BI_FAST_MAXIMUM_IDR = 250_000_000
/**
 * xendit.payout-ewallets: the largest payout to an e-wallet (IDR); LinkAja accepts 10 million. The account
 * number of an e-wallet is a phone number, `08…`.
 */
const EWALLET_MAXIMUM_IDR = 20_000_000
/**
 * xendit.payout-descriptions: the number of characters of a payout's description that a receiver sees. This
 * is the smallest number that Xendit gives for a bank. If Xendit gives no number for a bank, the bank may
 * show no description.
 */
const SHORTEST_DESCRIPTION = 14

/** Returns the payout facts that hold for any e-wallet. */
export const ewalletFact = (name: string, maximumIdr = EWALLET_MAXIMUM_IDR): PayoutChannelFact => ({
  name,
  kind: 'ewallet',
  digits: /^08\d{8,11}$/,
  minimumIdr: PAYOUT_MINIMUM_IDR,
  maximumIdr,
  descriptionLength: SHORTEST_DESCRIPTION,
})

/** Returns the payout facts that hold for any bank. */
export const bankFact = (
  name: string,
  digits = /^\d{6,20}$/,
  descriptionLength = SHORTEST_DESCRIPTION,
): PayoutChannelFact => ({
  name,
  kind: 'bank',
  digits,
  minimumIdr: PAYOUT_MINIMUM_IDR,
  maximumIdr: BI_FAST_MAXIMUM_IDR,
  descriptionLength,
})

/**
 * xendit.payout-channels: the banks and wallets in Indonesia that Xendit pays out to, and the form of their
 * account numbers.
 */
export const payoutChannelFacts: Readonly<Record<string, PayoutChannelFact>> = {
  ID_BCA: bankFact('BCA', /^\d{10}$/, 15),
  ID_MANDIRI: bankFact('Mandiri', /^\d{12,17}$/),
  ID_BNI: bankFact('BNI', /^\d{7,11}$/),
  ID_BRI: bankFact('BRI', /^\d{13,17}$/, 29),
  ID_CIMB: bankFact('CIMB Niaga', undefined, 18),
  ID_PERMATA: bankFact('Permata', /^\d{7,16}$/, 20),
  ID_DANAMON: bankFact('Danamon'),
  ID_BSI: bankFact('BSI'),
  ID_BJB: bankFact('BJB'),
  ID_BTN: bankFact('BTN'),
  ID_JAGO: bankFact('Jago'),
  ID_SEABANK: bankFact('SeaBank'),
  ID_OCBC: bankFact('OCBC'),
  ID_MAYBANK: bankFact('Maybank', undefined, 17),
  ID_GOPAY: ewalletFact('GoPay'),
  ID_OVO: ewalletFact('OVO'),
  ID_DANA: ewalletFact('DANA'),
  ID_LINKAJA: ewalletFact('LinkAja', 10_000_000),
  ID_SHOPEEPAY: ewalletFact('ShopeePay'),
}

/**
 * xendit.payout-test: a bank account number for test keys. A payout to it stays ACCEPTED, and can be
 * cancelled.
 */
export const PAYOUT_TEST_ACCOUNT = '131313'
/**
 * xendit.payout-test: an account number for test keys. A payout to it fails with TEMPORARY_TRANSFER_ERROR.
 */
export const PAYOUT_TEST_FAILING = '123456'

/** xendit.transaction-types: the kinds of lines in Xendit's transaction list that Xendit's pages name. */
export const transactionTypes: ReadonlySet<string> = new Set([
  'DISBURSEMENT',
  'BATCH_DISBURSEMENT',
  'PAYOUT',
  'PAYMENT',
  'REMITTANCE_PAYOUT',
  'TRANSFER',
  'REFUND',
  'WITHDRAWAL',
  'TOPUP',
  'CHARGEBACK',
])

/** xendit.invoice-minimum: the smallest amount of an invoice (IDR). */
export const INVOICE_MINIMUM_IDR = 10_000

/** xendit.invoice-ceilings: the largest amount of an invoice that each payment channel accepts (IDR). */
export const invoiceCeilings: Readonly<Record<string, number>> = {
  BCA: 50_000_000,
  BNI: 50_000_000_000,
  BRI: 50_000_000_000,
  MANDIRI: 50_000_000_000,
  PERMATA: 9_999_999_999,
  BSI: 50_000_000_000,
  BJB: 50_000_000_000,
  CIMB: 50_000_000_000,
  DANA: 20_000_000,
  OVO: 20_000_000,
  SHOPEEPAY: 20_000_000,
  LINKAJA: 10_000_000,
  GOPAY: 50_000_000,
  QRIS: 10_000_000,
  CREDIT_CARD: 50_000_000_000,
  ALFAMART: 5_000_000,
  INDOMARET: 5_000_000,
}

/** The rule by which a payment channel accepts refunds. */
export interface RefundRule {
  /** The channel accepts a refund for this many days after the payment. */
  days: number
  /** True if the channel can refund a part of a payment. */
  parts: boolean
}

/**
 * xendit.refund-channels: the payment channels that accept a refund to the account from which the buyer paid.
 * All other channels accept no refund: virtual accounts, retail outlets, direct debit. OVO refunds no payment
 * made by a payment link, which is how laku is paid.
 */
export const REFUND_CHANNELS: Readonly<Record<string, RefundRule>> = {
  DANA: { days: 30, parts: true },
  GOPAY: { days: 45, parts: true },
  SHOPEEPAY: { days: 365, parts: true },
  LINKAJA: { days: 30, parts: false },
  CREDIT_CARD: { days: 365, parts: true },
  QRIS: { days: 7, parts: true },
}

/** The rule by which an app accepts refunds of QRIS payments. */
export interface IssuerRule {
  /**
   * The number of hours that must pass after a QRIS payment before the whole payment can be refunded. A part
   * of the payment can be refunded at once.
   */
  wholeAfterHours: number
}

/**
 * xendit.refund-qris-issuers: the apps whose QRIS payments can be refunded. BCA, Mandiri, BRI and BNI accept
 * no refund.
 */
export const QRIS_REFUND_ISSUERS: Readonly<Record<string, IssuerRule>> = {
  DANA: { wholeAfterHours: 0 },
  SHOPEEPAY: { wholeAfterHours: 0 },
  OVO: { wholeAfterHours: 0 },
  GOPAY: { wholeAfterHours: 0 },
  CIMB: { wholeAfterHours: 24 },
  PERMATA: { wholeAfterHours: 0 },
  SMBC: { wholeAfterHours: 0 },
  BSI: { wholeAfterHours: 0 },
}

/** xendit.qris-source: other names for the app or bank in `payment_details.source` of a QRIS payment. */
const issuerNames: Readonly<Record<string, string>> = {
  AIRPAY: 'SHOPEEPAY',
  SHOPEE: 'SHOPEEPAY',
  GOJEK: 'GOPAY',
  CIMBNIAGA: 'CIMB',
  PERMATABANK: 'PERMATA',
  BTPN: 'SMBC',
  JENIUS: 'SMBC',
  SMBCINDONESIA: 'SMBC',
  SYARIAHINDONESIA: 'BSI',
}

/**
 * Returns the app or bank that made a QRIS payment, by its name in the table of QRIS issuers: `Bank CIMB
 * Niaga` becomes CIMB.
 */
export function qrisIssuer(source: string): string {
  const name = source.toUpperCase().replace(/[^A-Z]/g, '')
  const bare = name
    .replace(/^(PT)?(BANK)?/, '')
    .replace(/(PERSERO)?TBK$/, '')
    .replace(/^ID(?=DANA|OVO|GOPAY|SHOPEEPAY|LINKAJA)/, '')
  return issuerNames[bare] ?? bare
}

/**
 * The meaning of Xendit's refusal to refund.
 * - `never`: a retry gets the same answer.
 * - `balance`: the payment's money is not settled yet.
 * - `later`: the refusal is temporary.
 * - `account`: Xendit refuses every request of our account.
 * - `taken`: the money may have been sent already.
 */
export type RefundRefusal = 'never' | 'balance' | 'later' | 'account' | 'taken'

/**
 * xendit.refund-refusals: the meaning of error codes of `POST /refunds`, and of failure codes of a refund. A
 * code that is not listed is unknown.
 */
export const REFUND_REFUSALS: Readonly<Record<string, RefundRefusal>> = {
  API_VALIDATION_ERROR: 'never',
  INVALID_VALUE_ERROR: 'never',
  UNSUPPORTED_CURRENCY: 'never',
  INELIGIBLE_TRANSACTION: 'never',
  INELIGIBLE_TRANSACTION_STATUS: 'never',
  PARTIAL_REFUND_COUNTS_EXCEEDED: 'never',
  PARTIAL_REFUND_NOT_SUPPORTED: 'never',
  REFUND_NOT_SUPPORTED: 'never',
  TRANSACTION_NOT_FOUND: 'never',
  DATA_NOT_FOUND: 'never',
  ACCOUNT_NOT_FOUND: 'never',
  ACCOUNT_ACCESS_BLOCKED: 'never',
  INSUFFICIENT_BALANCE: 'balance',
  REFUND_IN_PROGRESS: 'later',
  TEMPORARILY_UNAVAILABLE: 'later',
  REFUND_TEMPORARILY_UNAVAILABLE: 'later',
  CHANNEL_UNAVAILABLE: 'later',
  SERVER_ERROR: 'later',
  INVALID_API_KEY: 'account',
  REQUEST_FORBIDDEN_ERROR: 'account',
  INVALID_MERCHANT_SETTINGS: 'account',
  INVALID_MERCHANT_CREDENTIALS: 'account',
  CHANNEL_NOT_ACTIVATED: 'account',
  SKIP_3DS_FORBIDDEN: 'account',
  REFUND_AMOUNT_EXCEEDED: 'taken',
  MAXIMUM_REFUND_AMOUNT_REACHED: 'taken',
  DUPLICATE_ERROR: 'taken',
}

/** xendit.refund-reasons: the reasons that Xendit knows, one of which a refund must name. */
export const REFUND_REASONS = [
  'FRAUDULENT',
  'DUPLICATE',
  'REQUESTED_BY_CUSTOMER',
  'CANCELLATION',
  'OTHERS',
] as const

/**
 * xendit.settlement: the time from a payment until its money can be spent, by payment channel (days). Each
 * figure is the longest time that a page of Xendit gives. Xendit says that the virtual account of an unlisted
 * bank settles at once. But laku allows it a day, by SETTLEMENT_DAYS_OTHERWISE.
 */
export const settlementDays: Readonly<Record<string, number>> = {
  BCA: 2,
  DANA: 2,
  OVO: 2,
  SHOPEEPAY: 2,
  LINKAJA: 2,
  GOPAY: 2,
  QRIS: 2,
  CREDIT_CARD: 5,
  ALFAMART: 5,
  INDOMARET: 5,
}

/**
 * xendit.settlement: the time from a payment until its money can be spent, for a payment channel that is
 * not listed (days).
 */
export const SETTLEMENT_DAYS_OTHERWISE = 1
/**
 * xendit.settlement: the longest time from a payment until its money can be spent, on any payment channel
 * (days).
 */
export const SETTLEMENT_DAYS_AT_MOST = 5

/**
 * xendit.payout-cost: Xendit's charge for a payout, VAT included (IDR). The balance must cover the payout's
 * amount and this charge.
 */
export const PAYOUT_COST_IDR = 2_775
