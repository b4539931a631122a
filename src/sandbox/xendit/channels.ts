export type PaymentMethod = 'BANK_TRANSFER' | 'EWALLET' | 'QR_CODE' | 'CREDIT_CARD' | 'RETAIL_OUTLET'

/** The sandbox's facts about a payment channel. */
export interface PaymentChannel {
  method: PaymentMethod
}

const eWallet: PaymentChannel = { method: 'EWALLET' }
const virtualAccount: PaymentChannel = { method: 'BANK_TRANSFER' }
const retailOutlet: PaymentChannel = { method: 'RETAIL_OUTLET' }

/**
 * The payment channels, by the name that an invoice's `payment_methods` uses. The name is also the
 * `payment_channel` of the invoice once it is paid.
 */
export const PAYMENT_CHANNELS: Readonly<Record<string, PaymentChannel>> = {
  BCA: virtualAccount,
  BNI: virtualAccount,
  BRI: virtualAccount,
  MANDIRI: virtualAccount,
  PERMATA: virtualAccount,
  BSI: virtualAccount,
  BJB: virtualAccount,
  CIMB: virtualAccount,
  DANA: eWallet,
  OVO: eWallet,
  SHOPEEPAY: eWallet,
  LINKAJA: eWallet,
  GOPAY: eWallet,
  QRIS: { method: 'QR_CODE' },
  CREDIT_CARD: { method: 'CREDIT_CARD' },
  ALFAMART: retailOutlet,
  INDOMARET: retailOutlet,
}

/** The name that `/transactions` gives to each kind of payment channel. */
export const CHANNEL_CATEGORY: Record<PaymentMethod, string> = {
  BANK_TRANSFER: 'VIRTUAL_ACCOUNT',
  EWALLET: 'EWALLET',
  QR_CODE: 'QR_CODE',
  CREDIT_CARD: 'CARDS',
  RETAIL_OUTLET: 'RETAIL_OUTLET',
}

/**
 * The rate of VAT (PPN) on the provider's fees. The tax is 12 % of 11/12 of the value, so it is 11 % of the
 * value.
 */
export const VAT = 0.11
/** The fee of a payout before VAT (IDR). */
export const PAYOUT_FEE_IDR = 2500

/** Returns the fee of a payment before VAT (whole IDR), by the price list that laku has as its default. */
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

/** Returns the VAT on a fee (whole IDR). */
export function vatIdr(feeIdr: number): number {
  return Math.round(feeIdr * VAT)
}
