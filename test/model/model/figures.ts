export const SHIPPING_IDR = 10_000
/** The price of either variant when it is bought alone. */
export const PRICE_IDR = 60_000
export const SESSION_S = 6 * 3600
export const HOLD_S = 3600
export const EXTENSION_S = 3600
export const ORDER_INVOICE_S = 2 * 3600
export const RETURN_WINDOW_S = 6 * 3600
/** The money in the first buyer's wallet at the beginning. */
export const GIFT_IDR = 200_000
/** The smallest amount of an invoice. */
export const INVOICE_MINIMUM_IDR = 10_000
export const WITHDRAWAL_FEE_IDR = 2_500
export const WITHDRAWAL_MINIMUM_IDR = 10_000
/** The smallest amount that the provider pays out. Staff send smaller amounts from the company's bank. */
export const PAYOUT_MINIMUM_IDR = 10_000
export const WITHDRAWAL_APPROVAL_ABOVE_IDR = 100_000
export const SETTLEMENT_MINIMUM_IDR = 10_000
/**
 * The time after which a history ends (s). It is shorter than the 20 hours for which the key of a lost refund
 * is valid.
 */
export const LONGEST_S = 15 * 3600

export const commissionOf = (goodsIdr: number) => Math.floor((goodsIdr * 500) / 10_000)
