// What Xendit documents and laku relies on. The source, its date and how sure it is stand under the same name in docs/providers.md.

/** xendit.webhook-timeout: so long Xendit waits for an answer to a webhook (s). */
export const WEBHOOK_TIMEOUT_S = 30

export interface PayoutChannelFact {
  name: string
  kind: 'bank' | 'ewallet'
  /** How an account number looks. */
  digits: RegExp
  /** The least and the most of one payout (IDR). */
  minimumIdr: number
  maximumIdr: number
  /** How much of a description the receiver sees. */
  descriptionLength: number
}

/** xendit.payout-minimum: the least of a payout (IDR); pages say 1, 5,000 or 10,000 by bank, and contradict each other. */
export const PAYOUT_MINIMUM_IDR = 10_000
/** xendit.bi-fast: the most of a payout to a bank (IDR) where RTGS was not activated. */
export const BI_FAST_MAXIMUM_IDR = 250_000_000
/** xendit.payout-ewallets: the most of a payout to an e-wallet (IDR); LinkAja takes 10 million. Its account is a phone number, `08…`. */
const EWALLET_MAXIMUM_IDR = 20_000_000
/** xendit.payout-descriptions: what the receiver sees of a description, in characters; a bank that is not named may show none. */
const SHORTEST_DESCRIPTION = 14

/** What holds for any e-wallet. */
export const ewalletFact = (name: string, maximumIdr = EWALLET_MAXIMUM_IDR): PayoutChannelFact => ({
  name,
  kind: 'ewallet',
  digits: /^08\d{8,11}$/,
  minimumIdr: PAYOUT_MINIMUM_IDR,
  maximumIdr,
  descriptionLength: SHORTEST_DESCRIPTION,
})

/** What holds for any bank. */
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

/** xendit.payout-channels: where it pays out to in Indonesia, and how an account number of each looks. */
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

/** xendit.invoice-minimum: the least that an invoice is made of (IDR). */
export const INVOICE_MINIMUM_IDR = 10_000

/** xendit.invoice-ceilings: the most that each way to pay an invoice takes (IDR). */
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
