export type AccountKind = 'asset' | 'liability' | 'income' | 'expense'

interface AccountShape {
  kind: AccountKind
  mayGoNegative: boolean
}

/**
 * The chart of accounts: first the company-wide accounts. An account that may not go below zero keeps a
 * balance row; all such accounts are of the kind that is credited when money comes in. The balances of the
 * other accounts are read from snapshots and entries.
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
  // The money that buyers got twice, from us and from the issuer of their card, and owe us.
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
 * The names of all accounts for the glossary; a family of accounts is listed by its name alone.
 * @internal
 */
export const accountNames: readonly string[] = [...Object.keys(families), ...Object.keys(single)]

export type AccountKey = keyof typeof single | `${keyof typeof families}:${string}`

export const escrow = (sessionId: string): AccountKey => `escrow:${sessionId}`
export const orderFunds = (orderId: string): AccountKey => `order-funds:${orderId}`
export const walletAccount = (userId: string): AccountKey => `wallet:${userId}`
/** Returns the account for the part of a wallet that is held for a payment whose rest comes by invoice. */
export const paymentHold = (paymentId: string): AccountKey => `payment-hold:${paymentId}`
/**
 * Returns the suspense account of an object, by the object's code: for money that moved and has no known
 * purpose yet. Above zero, somebody holds money of ours; below zero, we hold money of somebody's.
 */
export const suspenseAccount = (code: string): AccountKey => `suspense:${code}`
export const factoryAccount = (factoryId: string): AccountKey => `factory:${factoryId}`

/** Returns the kind of an account, and whether it may go negative, from its key alone. */
export function accountShape(key: AccountKey): AccountShape {
  if (Object.hasOwn(single, key)) return single[key as keyof typeof single]
  const family = key.slice(0, key.indexOf(':'))
  if (Object.hasOwn(families, family)) return families[family as keyof typeof families]
  throw new Error(`no such account: ${key}`)
}
