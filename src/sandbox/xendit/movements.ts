import { randomUUID } from 'node:crypto'
import type { SandboxContext } from '../context.ts'
import { type Fields, fieldsOf, textOf } from '../fields.ts'
import { WireError } from '../wire-error.ts'
import type { XenditAccount } from './account.ts'
import { recordTransaction, type Transaction, type TransactionStatus } from './transactions.ts'

const wrong = (says: string) => new WireError(400, { error: says })

/**
 * Adds a line to the transaction list for a movement of money that Xendit itself causes. The fields of `body`
 * are `{type, of?, amount?, cashflow?, status?, reference_id?, product_id?, payment_link_id?, fee?}`. The
 * field `of` names the object that the line concerns: another line, an invoice, a payment, a refund or a
 * payout.
 *
 * `{type: "CHARGEBACK", of: "<invoice>"}` takes the invoice's whole amount back. If `"cashflow": "MONEY_IN"`
 * is added, the line brings the money back, as after a won dispute.
 */
export function addMovement(context: SandboxContext, account: XenditAccount, body: unknown): Transaction {
  const fields = fieldsOf(body)
  const of = textOf(fields.of)
  const about = of === undefined ? undefined : findLine(account, of)
  const type = textOf(fields.type)
  if (type === undefined) throw wrong('type: CHARGEBACK, WITHDRAWAL, TOPUP or any other word is wanted')
  const amountIdr = numberIn(fields, 'amount') ?? about?.amount
  if (amountIdr === undefined) throw wrong('amount: a number of rupiah is wanted')
  const line = recordTransaction(context, account, {
    type,
    status: statusIn(fields.status) ?? 'SUCCESS',
    productId: textOf(fields.product_id) ?? about?.product_id ?? `prod_${randomUUID()}`,
    referenceId:
      'reference_id' in fields ? (textOf(fields.reference_id) ?? null) : (about?.reference_id ?? null),
    channel: about?.channel_code ?? 'XENDIT',
    category: about?.channel_category ?? 'OTHER',
    amountIdr,
    feeIdr: numberIn(fields, 'fee') ?? 0,
    moneyIn: moneyInOf(type, fields.cashflow),
  })
  const link = textOf(fields.payment_link_id) ?? about?.product_data?.payment_link_id
  if (link !== undefined) line.product_data = { payment_link_id: link }
  return line
}

/**
 * Corrects a line of the transaction list, as Xendit does. The fields of `body` are `{status?, amount?, fee?,
 * fee_status?}`; `fee` is the fee before VAT.
 */
export function changeMovement(
  context: SandboxContext,
  account: XenditAccount,
  id: string,
  body: unknown,
): Transaction {
  const line = findLine(account, id)
  const fields = fieldsOf(body)
  line.status = statusIn(fields.status) ?? line.status
  line.amount = numberIn(fields, 'amount') ?? line.amount
  const fee = numberIn(fields, 'fee')
  if (fee !== undefined)
    Object.assign(line.fee, { xendit_fee: fee, value_added_tax: Math.round(fee * 0.11), status: 'COMPLETED' })
  const feeStatus = textOf(fields.fee_status)
  if (feeStatus !== undefined) line.fee.status = feeStatus as Transaction['fee']['status']
  const chargedIdr = line.fee.status === 'COMPLETED' ? line.fee.xendit_fee + line.fee.value_added_tax : 0
  line.net_amount = line.cashflow === 'MONEY_IN' ? line.amount - chargedIdr : line.amount + chargedIdr
  line.updated = context.now().toISOString()
  return line
}

/**
 * Finds a line of the transaction list by its own id, or the newest line of an invoice, a payment, a
 * refund, a payout or a reference. Throws 404.
 */
export function findLine(account: XenditAccount, id: string): Transaction {
  const line = account.transactions.findLast(
    (transaction) =>
      transaction.id === id ||
      transaction.product_id === id ||
      transaction.product_data?.payment_link_id === id ||
      transaction.reference_id === id,
  )
  if (!line) throw new WireError(404, { error: `no line of ${id}` })
  return line
}

function moneyInOf(type: string, cashflow: unknown): boolean {
  if (cashflow === undefined) return type === 'TOPUP' || type === 'PAYMENT'
  if (cashflow !== 'MONEY_IN' && cashflow !== 'MONEY_OUT')
    throw wrong('cashflow: MONEY_IN or MONEY_OUT is wanted')
  return cashflow === 'MONEY_IN'
}

function statusIn(status: unknown): TransactionStatus | undefined {
  if (status === undefined) return undefined
  if (typeof status !== 'string' || !/^[A-Z_]+$/.test(status))
    throw wrong('status: a word in capitals is wanted')
  return status as TransactionStatus
}

function numberIn(fields: Fields, name: string): number | undefined {
  const value = fields[name]
  if (value === undefined) return undefined
  if (typeof value !== 'number' || !(value >= 0)) throw wrong(`${name}: a number from 0 on is wanted`)
  return value
}
