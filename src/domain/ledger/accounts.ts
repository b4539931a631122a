export type AccountKind = 'asset' | 'liability' | 'income' | 'expense'

interface AccountShape {
  kind: AccountKind
  mayGoNegative: boolean
}

/**
 * The chart of accounts, first part: the company-wide accounts. An account that may not go below zero has a
 * stored balance. Each such account is a liability. The balance of any other account is calculated from
 * snapshots and entries.
 */
const single = {
  gateway: { kind: 'asset', mayGoNegative: true },
  bank: { kind: 'asset', mayGoNegative: true },
  'courier-deposit': { kind: 'asset', mayGoNegative: true },
  'refunds-payable': { kind: 'liability', mayGoNegative: false },
  'refunds-in-flight': { kind: 'liability', mayGoNegative: false },
  'payouts-in-flight': { kind: 'liability', mayGoNegative: false },
  'bank-transfers-in-flight': { kind: 'liability', mayGoNegative: false },
  'withdrawals-held': { kind: 'liability', mayGoNegative: false },
  quarantine: { kind: 'liability', mayGoNegative: false },
  commission: { kind: 'income', mayGoNegative: true },
  'fee-income': { kind: 'income', mayGoNegative: true },
  shipping: { kind: 'income', mayGoNegative: true },
  'shipping-margin': { kind: 'income', mayGoNegative: true },
  // The money that buyers owe laku because they were refunded twice: by laku, and by the issuer of their
  // card.
  'buyer-claims': { kind: 'asset', mayGoNegative: true },
  'gateway-fees': { kind: 'expense', mayGoNegative: true },
  subsidy: { kind: 'expense', mayGoNegative: true },
  'chargeback-loss': { kind: 'expense', mayGoNegative: true },
  'bad-debt': { kind: 'expense', mayGoNegative: true },
  adjustments: { kind: 'expense', mayGoNegative: true },
} as const satisfies Record<string, AccountShape>

const families = {
  escrow: { kind: 'liability', mayGoNegative: false },
  'order-funds': { kind: 'liability', mayGoNegative: false },
  wallet: { kind: 'liability', mayGoNegative: false },
  'payment-hold': { kind: 'liability', mayGoNegative: false },
  factory: { kind: 'liability', mayGoNegative: true },
  suspense: { kind: 'asset', mayGoNegative: true },
} as const satisfies Record<string, AccountShape>

/**
 * The names of all ledger accounts, for the glossary. A family of accounts, such as one for each wallet, is
 * listed once.
 * @internal
 */
export const accountNames: readonly string[] = [...Object.keys(families), ...Object.keys(single)]

export type AccountKey = keyof typeof single | `${keyof typeof families}:${string}`

export const escrow = (sessionId: string): AccountKey => `escrow:${sessionId}`
export const orderFunds = (orderId: string): AccountKey => `order-funds:${orderId}`
export const walletAccount = (userId: string): AccountKey => `wallet:${userId}`
/**
 * Returns the account for the part of a buyer's wallet that is held for a payment. The rest of that payment
 * is paid by invoice.
 */
export const paymentHold = (paymentId: string): AccountKey => `payment-hold:${paymentId}`
/**
 * Returns the suspense account with this code. It is for money that was moved before its purpose was known.
 * If its balance is above zero, somebody else holds laku's money. If its balance is below zero, laku holds
 * somebody else's money.
 */
export const suspenseAccount = (code: string): AccountKey => `suspense:${code}`
export const factoryAccount = (factoryId: string): AccountKey => `factory:${factoryId}`

/** Returns the kind of a ledger account, and whether it may go below zero, from the account's key alone. */
export function accountShape(key: AccountKey): AccountShape {
  if (Object.hasOwn(single, key)) return single[key as keyof typeof single]
  const family = key.slice(0, key.indexOf(':'))
  if (Object.hasOwn(families, family)) return families[family as keyof typeof families]
  throw new Error(`no such account: ${key}`)
}
