export const SHIPPING_IDR = 10_000
/** Of either variant, bought alone. */
export const PRICE_IDR = 60_000
export const SESSION_S = 6 * 3600
export const HOLD_S = 3600
export const EXTENSION_S = 3600
export const ORDER_INVOICE_S = 2 * 3600
export const RETURN_WINDOW_S = 6 * 3600
/** What the first buyer has in the wallet to begin with. */
export const GIFT_IDR = 200_000
/** The least that the provider makes an invoice of. */
export const INVOICE_MINIMUM_IDR = 10_000
export const WITHDRAWAL_FEE_IDR = 2_500
export const WITHDRAWAL_MINIMUM_IDR = 10_000
/** Less than this the provider pays out to nobody: a person sends it from the company's bank. */
export const PAYOUT_MINIMUM_IDR = 10_000
export const WITHDRAWAL_APPROVAL_ABOVE_IDR = 100_000
export const SETTLEMENT_MINIMUM_IDR = 10_000
/** After so long no more time passes: the key of a lost refund is good for 20 hours. */
export const LONGEST_S = 15 * 3600

export const commissionOf = (goodsIdr: number) => Math.floor((goodsIdr * 500) / 10_000)
