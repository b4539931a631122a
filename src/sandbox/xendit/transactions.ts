import { randomUUID } from 'node:crypto'
import {
  SETTLEMENT_DAYS_AT_MOST,
  SETTLEMENT_DAYS_OTHERWISE,
  settlementDays,
} from '../../providers/xendit/facts.ts'
import type { SandboxContext } from '../context.ts'
import { type Fields, listOf } from '../fields.ts'
import type { XenditAccount } from './account.ts'
import { CHANNEL_CATEGORY, type PaymentMethod, VAT, vatIdr } from './channels.ts'
import { invalidField, xenditError } from './errors.ts'

export type TransactionStatus = 'PENDING' | 'SUCCESS' | 'FAILED' | 'REVERSED'

/** One line of Xendit's transaction list, as `/transactions` returns it. */
export interface Transaction {
  id: string
  /** The id of the payment (`py-…`, `ewc_…`), the refund or the payout that the line is about. */
  product_id: string
  product_data: { payment_link_id: string | null } | null
  type: string
  status: TransactionStatus
  channel_category: string
  channel_code: string
  account_identifier: string | null
  reference_id: string | null
  currency: 'IDR'
  amount: number
  /**
   * The amount by which the line changes the balance: incoming money minus the fee, or outgoing money plus
   * the fee.
   */
  net_amount: number
  cashflow: 'MONEY_IN' | 'MONEY_OUT'
  settlement_status: 'PENDING' | 'SETTLED' | null
  estimated_settlement_time: string | null
  business_id: string
  fee: {
    xendit_fee: number
    value_added_tax: number
    xendit_withholding_tax: number
    third_party_withholding_tax: number
    status: 'PENDING' | 'COMPLETED' | 'CANCELED' | 'REVERSED' | 'NOT_APPLICABLE'
  }
  created: string
  updated: string
}

export interface NewTransaction {
  type: Transaction['type']
  status: TransactionStatus
  productId: string
  /**
   * The id of the paid invoice, if the line is about a payment. Such a line also has the payment's own id.
   */
  paymentLinkId?: string
  referenceId: string | null
  channel: string
  /** The payment method; absent for a payout to a bank. */
  method?: PaymentMethod
  category?: string
  accountIdentifier?: string
  /** The amount in whole IDR, without fees. */
  amountIdr: number
  /** The fee before VAT (IDR). */
  feeIdr: number
  /** True if the line brings money into the account; by default only a payment does. */
  moneyIn?: boolean
}

const DAY_MS = 86_400_000
const JAKARTA_MS = 7 * 3_600_000
const DEFAULT_LIMIT = 10
const MAXIMUM_LIMIT = 50

/** Adds a line to the transaction list. */
export function recordTransaction(
  context: SandboxContext,
  account: XenditAccount,
  entry: NewTransaction,
): Transaction {
  const now = context.now()
  const moneyIn = entry.moneyIn ?? entry.type === 'PAYMENT'
  const taxIdr =
    context.profile.of('xendit.fees') === 'fractional' ? entry.feeIdr * VAT : vatIdr(entry.feeIdr)
  const chargedIdr = entry.feeIdr + taxIdr
  const named = context.profile.of('xendit.payment-link')
  const transaction: Transaction = {
    id: `txn_${randomUUID()}`,
    product_id: productOf(context, entry),
    product_data:
      entry.type === 'PAYMENT'
        ? {
            payment_link_id: named === 'linked' ? (entry.paymentLinkId ?? null) : null,
          }
        : null,
    type: entry.type,
    status: entry.status,
    channel_category: entry.category ?? (entry.method ? CHANNEL_CATEGORY[entry.method] : 'OTHER'),
    channel_code: entry.channel,
    account_identifier: entry.accountIdentifier ?? null,
    reference_id: entry.type === 'PAYMENT' && named === 'nameless' ? null : entry.referenceId,
    currency: 'IDR',
    amount: entry.amountIdr,
    net_amount: moneyIn ? entry.amountIdr - chargedIdr : entry.amountIdr + chargedIdr,
    cashflow: moneyIn ? 'MONEY_IN' : 'MONEY_OUT',
    settlement_status: moneyIn ? 'PENDING' : null,
    estimated_settlement_time: moneyIn ? settlesAt(context, entry, now).toISOString() : null,
    business_id: account.businessId,
    fee: {
      xendit_fee: entry.feeIdr,
      value_added_tax: taxIdr,
      xendit_withholding_tax: 0,
      third_party_withholding_tax: 0,
      status: entry.feeIdr === 0 ? 'NOT_APPLICABLE' : entry.status === 'SUCCESS' ? 'COMPLETED' : 'PENDING',
    },
    created: now.toISOString(),
    updated: now.toISOString(),
  }
  account.transactionIndex.set(transaction.id, account.transactions.length)
  account.transactions.push(transaction)
  account.transactionsByProduct.set(transaction.product_id, transaction)
  return transaction
}

/**
 * Returns the `product_id` of a line of the transaction list. For a payment it is the payment's id. By the
 * switch xendit.transaction-product, a test can choose the invoice's id instead, which Xendit gave in the
 * past.
 */
const productOf = (context: SandboxContext, { productId, paymentLinkId }: NewTransaction): string =>
  context.profile.of('xendit.transaction-product') === 'invoice' ? (paymentLinkId ?? productId) : productId

/**
 * Updates the line of a refund or payout in the transaction list: its status and the status of its fee. If
 * the refund or payout did not succeed, no fee is charged. `amountIdr` is given if the moved amount differs
 * from the requested amount.
 */
export function moveTransaction(
  context: SandboxContext,
  account: XenditAccount,
  productId: string,
  status: TransactionStatus,
  amountIdr?: number,
): void {
  const transaction = account.transactionsByProduct.get(productId)
  if (!transaction) return
  transaction.status = status
  if (amountIdr !== undefined) {
    transaction.net_amount += amountIdr - transaction.amount
    transaction.amount = amountIdr
  }
  transaction.updated = context.now().toISOString()
  if (transaction.fee.status === 'NOT_APPLICABLE') return
  transaction.fee.status =
    status === 'SUCCESS'
      ? 'COMPLETED'
      : status === 'REVERSED'
        ? 'REVERSED'
        : status === 'PENDING'
          ? 'PENDING'
          : 'CANCELED'
}

/**
 * Returns the time at which incoming money can be spent. The money of a payment can be spent after the
 * settlement days of its payment channel. If that day is on a weekend, the next weekday counts. Other money
 * can be spent at once.
 */
function settlesAt(context: SandboxContext, { type, channel }: NewTransaction, now: Date): Date {
  const settlement = context.profile.of('xendit.settlement')
  if (type !== 'PAYMENT' || settlement === 'at_once') return now
  if (settlement === 'after_1d') return new Date(now.getTime() + DAY_MS)
  if (settlement === 'after_5d') return new Date(now.getTime() + SETTLEMENT_DAYS_AT_MOST * DAY_MS)
  const days = settlementDays[channel] ?? SETTLEMENT_DAYS_OTHERWISE
  const at = new Date(now.getTime() + days * DAY_MS)
  while (isWeekend(at)) at.setTime(at.getTime() + DAY_MS)
  return at
}

function isWeekend(at: Date): boolean {
  const day = new Date(at.getTime() + JAKARTA_MS).getUTCDay()
  return day === 0 || day === 6
}

/** Makes the money of all payments available now, as if their days until settlement had passed. */
export function settleAll(context: SandboxContext, account: XenditAccount): void {
  const now = context.now().toISOString()
  for (const line of account.transactions)
    if (line.estimated_settlement_time !== null && line.estimated_settlement_time > now)
      line.estimated_settlement_time = now
}

/**
 * Returns the money in the merchant's account in two parts (IDR). `spendableIdr` can leave the account now;
 * it includes the merchant's deposits. `unsettledIdr` is money of buyers that is not settled yet.
 */
export function balanceOf(
  context: SandboxContext,
  account: XenditAccount,
): { spendableIdr: number; unsettledIdr: number } {
  const nowMs = context.now().getTime()
  let spendableIdr = account.floatIdr
  let unsettledIdr = 0
  for (const { status, cashflow, net_amount: net, estimated_settlement_time: at } of account.transactions) {
    if (cashflow === 'MONEY_OUT') spendableIdr -= status === 'SUCCESS' || status === 'PENDING' ? net : 0
    else if (status !== 'SUCCESS') continue
    else if (at !== null && Date.parse(at) > nowMs) unsettledIdr += net
    else spendableIdr += net
  }
  return { spendableIdr, unsettledIdr }
}

/** Returns the fees and their VAT charged so far (IDR). */
export function feesIdr(account: XenditAccount): number {
  let fees = 0
  for (const { fee } of account.transactions)
    if (fee.status === 'COMPLETED') fees += fee.xendit_fee + fee.value_added_tax
  return fees
}

/**
 * Returns a line of the transaction list in its present state. The line is settled if its settlement time has
 * come.
 */
function transactionAnswer(context: SandboxContext, transaction: Transaction): object {
  const settles = transaction.estimated_settlement_time
  const isSettled = settles !== null && Date.parse(settles) <= context.now().getTime()
  const line = isSettled ? { ...transaction, settlement_status: 'SETTLED' } : transaction
  const fees = context.profile.of('xendit.fees')
  if (fees === 'null') return { ...line, fee: null }
  if (fees !== 'no_status') return line
  const { status: _, ...fee } = line.fee
  return { ...line, fee }
}

/** Finds a line of the transaction list by its id. Throws 404 DATA_NOT_FOUND. */
export function findTransaction(context: SandboxContext, account: XenditAccount, id: string): object {
  const transaction = account.transactions[account.transactionIndex.get(id) ?? -1]
  if (!transaction) throw xenditError(404, 'DATA_NOT_FOUND', 'Transaction not found')
  return transactionAnswer(context, transaction)
}

/**
 * Returns a page of the transaction list, newest first. Throws 400 API_VALIDATION_ERROR for a wrong limit
 * or an unknown `after_id`.
 */
export function listTransactions(context: SandboxContext, account: XenditAccount, query: Fields): object {
  const limit = query.limit === undefined ? DEFAULT_LIMIT : Number(query.limit)
  if (!Number.isInteger(limit) || limit < 1 || limit > MAXIMUM_LIMIT)
    throw invalidField('limit', `must be from 1 to ${MAXIMUM_LIMIT}`)
  const all = account.transactions
  const afterId = query.after_id
  let index = afterId === undefined ? all.length - 1 : indexOf(account, String(afterId)) - 1
  const matches = filterOf(query)
  const found: Transaction[] = []
  for (; index >= 0 && found.length <= limit; index--) {
    const transaction = all[index]
    if (transaction && context.lists.shows(transaction) && matches(transaction)) found.push(transaction)
  }
  const hasMore = found.length > limit
  if (hasMore) found.pop()
  const last = found.at(-1)
  const data = found.map((transaction) => transactionAnswer(context, transaction))
  const links =
    hasMore && last
      ? [{ href: `/transactions?limit=${limit}&after_id=${last.id}`, rel: 'next', method: 'GET' }]
      : []
  return { has_more: hasMore, data, links }
}

function indexOf(account: XenditAccount, id: string): number {
  const index = account.transactionIndex.get(id)
  if (index === undefined) throw invalidField('after_id', 'no such transaction')
  return index
}

function filterOf(query: Fields): (transaction: Transaction) => boolean {
  const sets: [keyof Transaction, Set<string>][] = []
  const wanted = (name: keyof Transaction, field: string) => {
    const values = listOf(query[field])
    if (values.length > 0) sets.push([name, new Set(values)])
  }
  wanted('type', 'types')
  wanted('status', 'statuses')
  wanted('channel_category', 'channel_categories')
  wanted('reference_id', 'reference_id')
  wanted('product_id', 'product_id')
  wanted('account_identifier', 'account_identifier')
  wanted('currency', 'currency')
  wanted('amount', 'amount')
  const within = [timesIn(query, 'created'), timesIn(query, 'updated')] as const
  return (transaction) =>
    sets.every(([name, values]) => values.has(String(transaction[name]))) &&
    within[0](transaction.created) &&
    within[1](transaction.updated)
}

function timesIn(query: Fields, field: string): (at: string) => boolean {
  const bound = (name: string, otherwise: number) => {
    const value = query[`${field}[${name}]`]
    if (value === undefined) return otherwise
    const at = Date.parse(String(value))
    if (Number.isNaN(at)) throw invalidField(`${field}[${name}]`, 'must be an ISO 8601 time')
    return at
  }
  const from = bound('gte', Number.NEGATIVE_INFINITY)
  const until = bound('lte', Number.POSITIVE_INFINITY)
  return (at) => {
    const time = Date.parse(at)
    return time >= from && time <= until
  }
}
