export type AccountKind = 'asset' | 'liability' | 'income' | 'expense'

interface AccountShape {
  kind: AccountKind
  mayGoNegative: boolean
}

/**
 * The chart of accounts. Accounts that may not go below zero keep a balance row; they are all of the kind
 * that is credited when money comes in. The others are read from snapshots and entries.
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
  // what buyers have twice, of us and of their card's issuer, and owe
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
 * Every account, a family by its name alone: what the glossary names.
 * @internal
 */
export const accountNames: readonly string[] = [...Object.keys(families), ...Object.keys(single)]

export type AccountKey = keyof typeof single | `${keyof typeof families}:${string}`

export const escrow = (sessionId: string): AccountKey => `escrow:${sessionId}`
export const orderFunds = (orderId: string): AccountKey => `order-funds:${orderId}`
export const walletAccount = (userId: string): AccountKey => `wallet:${userId}`
/** The part of a wallet that is held for a payment whose rest comes by invoice. */
export const paymentHold = (paymentId: string): AccountKey => `payment-hold:${paymentId}`
/**
 * The account for money that moved and has no known purpose yet, by the code of its object. Above zero,
 * somebody holds money of ours; below zero, we hold money of somebody's.
 */
export const suspenseAccount = (code: string): AccountKey => `suspense:${code}`
export const factoryAccount = (factoryId: string): AccountKey => `factory:${factoryId}`

/** Kind and rule of an account, from its key alone. */
export function accountShape(key: AccountKey): AccountShape {
  if (Object.hasOwn(single, key)) return single[key as keyof typeof single]
  const family = key.slice(0, key.indexOf(':'))
  if (Object.hasOwn(families, family)) return families[family as keyof typeof families]
  throw new Error(`no such account: ${key}`)
}
