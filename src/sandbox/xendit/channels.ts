export type PaymentMethod = 'BANK_TRANSFER' | 'EWALLET' | 'QR_CODE' | 'CREDIT_CARD' | 'RETAIL_OUTLET'

/** What the sandbox knows of a way to pay an invoice. */
export interface PaymentChannel {
  method: PaymentMethod
  /** Days after payment in which the channel takes a refund; a channel without them takes none. */
  refundDays?: number
  /** The channel refunds a payment whole or not at all. */
  wholeRefundsOnly?: true
  /** The most it takes at once (IDR). */
  maximumIdr: number
}

const MILLION = 1_000_000
const virtualAccount: PaymentChannel = { method: 'BANK_TRANSFER', maximumIdr: 50_000 * MILLION }
const retailOutlet: PaymentChannel = { method: 'RETAIL_OUTLET', maximumIdr: 5 * MILLION }

/** By the name an invoice's `payment_methods` uses, which is also its `payment_channel` once paid. */
export const PAYMENT_CHANNELS: Readonly<Record<string, PaymentChannel>> = {
  BCA: { ...virtualAccount, maximumIdr: 50 * MILLION },
  BNI: virtualAccount,
  BRI: virtualAccount,
  MANDIRI: virtualAccount,
  PERMATA: virtualAccount,
  BSI: virtualAccount,
  BJB: virtualAccount,
  CIMB: virtualAccount,
  DANA: { method: 'EWALLET', refundDays: 30, maximumIdr: 20 * MILLION },
  OVO: { method: 'EWALLET', refundDays: 14, maximumIdr: 20 * MILLION },
  SHOPEEPAY: { method: 'EWALLET', refundDays: 365, maximumIdr: 20 * MILLION },
  LINKAJA: { method: 'EWALLET', refundDays: 30, wholeRefundsOnly: true, maximumIdr: 10 * MILLION },
  GOPAY: { method: 'EWALLET', refundDays: 45, maximumIdr: 50 * MILLION },
  QRIS: { method: 'QR_CODE', refundDays: 7, maximumIdr: 10 * MILLION },
  CREDIT_CARD: { method: 'CREDIT_CARD', refundDays: 365, maximumIdr: 50_000 * MILLION },
  ALFAMART: retailOutlet,
  INDOMARET: retailOutlet,
}

/** As `/transactions` calls the kind of channel. */
export const CHANNEL_CATEGORY: Record<PaymentMethod, string> = {
  BANK_TRANSFER: 'VIRTUAL_ACCOUNT',
  EWALLET: 'EWALLET',
  QR_CODE: 'QR_CODE',
  CREDIT_CARD: 'CARDS',
  RETAIL_OUTLET: 'RETAIL_OUTLET',
}

/** VAT on the provider's fees: 11 % (PPN 12 % on 11/12 of the value). */
const VAT = 0.11
/** A payout's fee before VAT (IDR). */
export const PAYOUT_FEE_IDR = 2500

/** The fee of a payment before VAT (whole IDR), by the price list that laku has as its default. */
export function paymentFeeIdr(method: PaymentMethod, amountIdr: number): number {
  switch (method) {
    case 'BANK_TRANSFER':
      return 4000
    case 'RETAIL_OUTLET':
      return 5000
    case 'CREDIT_CARD':
      return Math.round(amountIdr * 0.029) + 2000
    case 'EWALLET':
      return Math.round(amountIdr * 0.015)
    case 'QR_CODE':
      return Math.round(amountIdr * 0.007)
  }
}

/** VAT on a fee (whole IDR). */
export function vatIdr(feeIdr: number): number {
  return Math.round(feeIdr * VAT)
}

/** A destination of payouts. */
export interface PayoutChannel {
  name: string
  category: 'BANK' | 'EWALLET'
  /** How an account number looks; another one is accepted and then fails with INVALID_DESTINATION. */
  account: RegExp
  /** The most it takes in one payout (IDR). */
  maximumIdr: number
}

/**
 * 250 million is the end of BI-FAST (docs.xendit.co/docs/payout-coverage-indonesia, 2026-02-19), 20 million that of e-wallets, LinkAja's 10
 * (docs.xendit.co/xendisburse/limits-and-processing-times, undated); digits: docsv2.xendit.co/docs/payouts-indonesia (2025).
 */
const wallet = (name: string, maximumIdr = 20_000_000): PayoutChannel => ({
  name,
  category: 'EWALLET',
  account: /^08\d{8,11}$/,
  maximumIdr,
})
const bank = (name: string, account = /^\d{6,20}$/): PayoutChannel => ({
  name,
  category: 'BANK',
  account,
  maximumIdr: 250_000_000,
})

export const PAYOUT_CHANNELS: Readonly<Record<string, PayoutChannel>> = {
  ID_BCA: bank('Bank Central Asia', /^\d{10}$/),
  ID_MANDIRI: bank('Bank Mandiri', /^\d{12,17}$/),
  ID_BNI: bank('Bank Negara Indonesia', /^\d{7,11}$/),
  ID_BRI: bank('Bank Rakyat Indonesia', /^\d{13,17}$/),
  ID_CIMB: bank('CIMB Niaga'),
  ID_PERMATA: bank('Bank Permata', /^\d{7,16}$/),
  ID_DANAMON: bank('Bank Danamon'),
  ID_BSI: bank('Bank Syariah Indonesia'),
  ID_BJB: bank('Bank BJB'),
  ID_BTN: bank('Bank Tabungan Negara'),
  ID_JAGO: bank('Bank Jago'),
  ID_SEABANK: bank('Bank Seabank Indonesia'),
  ID_OCBC: bank('Bank OCBC NISP'),
  ID_MAYBANK: bank('Bank Maybank'),
  ID_GOPAY: wallet('GoPay'),
  ID_OVO: wallet('OVO'),
  ID_DANA: wallet('DANA'),
  ID_LINKAJA: wallet('LinkAja', 10_000_000),
  ID_SHOPEEPAY: wallet('ShopeePay'),
}
