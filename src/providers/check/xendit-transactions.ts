import type { GatewayInvoice, PaymentGateway } from '../../domain/payment/gateway.ts'
import type { GatewayTransaction } from '../../domain/payment/reconciliation/gateway-transactions.ts'
import { SETTLEMENT_DAYS_OTHERWISE, settlementDays, transactionTypes } from '../xendit/facts.ts'
import { type Difference, distinct, type Ear, fieldsIn, type Probe, rowsIn } from './probe.ts'

const provider = 'xendit'

/** Makes the probe of Xendit's transaction list: its newest lines must have the documented form. */
export function transactionsProbe(gateway: PaymentGateway, ear: Ear): Probe {
  return {
    provider,
    name: 'transactions',
    ask: async () => {
      const page = await gateway.listTransactions({ limit: 50 })
      const lines = rowsIn(ear.body, 'data')
      if (lines.length === 0)
        return {
          says: 'read, but there is no transaction yet: pay an invoice in test mode, and run the check again',
          empty: true,
        }
      const differences = [
        ...productDifferences(lines),
        ...feeDifferences(lines),
        ...typeDifferences(lines),
        ...settlementDifferences(lines),
      ]
      const unread = page.unread ?? []
      if (unread.length > 0) {
        const fields = distinct(unread.flatMap((unreadTransaction) => unreadTransaction.fields)).join(', ')
        differences.push({
          says: `${unread.length} transactions cannot be read (${fields})`,
          todo: MAINTAINER,
        })
      }
      return { says: `${lines.length} lines read`, differences }
    },
  }
}

/**
 * Makes the probe that compares Xendit's transaction list with the invoices. It takes payments that are
 * successful in the list, and reads their invoices. An invoice that is not paid contradicts the list.
 */
export function readAgainProbe(gateway: PaymentGateway): Probe {
  return {
    provider,
    name: 'payments, read again',
    ask: async () => {
      const { transactions } = await gateway.listTransactions({ limit: 50 })
      const paid = transactions.filter((item) => item.type === 'PAYMENT' && item.status === 'SUCCESS')
      const read = await Promise.all(paid.slice(0, READ_AGAIN).map((item) => invoicesOf(gateway, item)))
      const invoices = read.flat()
      if (invoices.length === 0)
        return {
          says: 'no transaction names an invoice: pay one in test mode, and run the check again',
          empty: true,
        }
      const other = invoices.filter((item) => item.status !== 'PAID' && item.status !== 'SETTLED')
      const differences = distinct(other.map((item) => item.status)).map((status) => ({
        fact: 'xendit.invoice-reading',
        says: `a payment is in the provider’s transactions, but its invoice has the status ${status}`,
        todo: 'ask the provider which of the two is true; laku ends no payment that a webhook reports as paid, and follows the provider’s transactions',
      }))
      return { says: `${invoices.length} invoices read, all paid`, differences }
    },
  }
}

/**
 * The number of payments whose invoices are read again. A few are enough to find a difference between an
 * invoice and Xendit's transaction list.
 */
const READ_AGAIN = 5

async function invoicesOf(
  gateway: PaymentGateway,
  { paymentLinkId, productId, referenceId }: GatewayTransaction,
): Promise<GatewayInvoice[]> {
  const id = paymentLinkId ?? (productId && /^[0-9a-f]{24}$/.test(productId) ? productId : undefined)
  if (id) return [await gateway.getInvoice(id)]
  // Several invoices may have the same key, although only one of them was paid. The key does not show which
  // invoice was paid, so no invoice is returned.
  const found = referenceId ? await gateway.findInvoices(referenceId) : []
  return found.length === 1 ? found : []
}

const MAINTAINER =
  'report it to the maintainers of laku: such transactions wait for a person, with an attention item'

function productDifferences(lines: readonly Record<string, unknown>[]): Difference[] {
  const fact = 'xendit.transaction-product'
  const payments = lines.filter((line) => line.type === 'PAYMENT')
  const linkOf = (line: Record<string, unknown>) => fieldsIn(line.product_data).payment_link_id
  const differences: Difference[] = []
  // An invoice's id is 24 hexadecimal digits. A payment's id is different: it begins with a prefix such as
  // `ewc_`.
  if (
    payments.some(
      (payment) =>
        payment.product_id === linkOf(payment) || /^[0-9a-f]{24}$/.test(String(payment.product_id)),
    )
  )
    differences.push({
      fact,
      says: 'the product id of a payment’s transaction is the id of the invoice, not of the payment',
      todo: 'nothing, because laku finds payments by either id',
    })
  if (payments.some((payment) => typeof linkOf(payment) !== 'string'))
    differences.push({
      fact,
      says: 'the transaction of a payment does not name its invoice',
      todo: 'nothing, because laku finds such payments by their own id and by our reference',
    })
  return differences
}

function feeDifferences(lines: readonly Record<string, unknown>[]): Difference[] {
  const fact = 'xendit.transaction-amounts'
  const fees = lines.map((line) => line.fee)
  const parts = fees.flatMap((fee) => {
    const { xendit_fee, value_added_tax } = fieldsIn(fee)
    return [xendit_fee, value_added_tax].map(Number).filter(Number.isFinite)
  })
  const seen: [boolean, string, string][] = [
    [
      fees.some((fee) => fee === null || fee === undefined),
      'no fee',
      'nothing, because laku books the fee when the provider reports it',
    ],
    [
      fees.some((fee) => Object.keys(fieldsIn(fee)).length > 0 && fieldsIn(fee).status === undefined),
      'a fee without a status',
      'nothing, because laku books such a fee together with its transaction',
    ],
    [
      parts.some((part) => !Number.isInteger(part)),
      'a fraction of a rupiah in the fee',
      'nothing, because laku rounds the fee, and books the remainder',
    ],
  ]
  return seen.flatMap(([is, what, todo]) => (is ? [{ fact, says: `a transaction has ${what}`, todo }] : []))
}

const DAY_MS = 86_400_000
/**
 * The tolerated difference between the expected and the reported day of settlement, in days. The difference
 * is tolerated, because clocks may disagree, and because money does not settle on a weekend.
 */
const [EARLIER_DAYS, LATER_DAYS] = [0.5, 2.5]

/** Checks xendit.settlement: each payment in Xendit's transaction list tells when its money can be spent. */
function settlementDifferences(lines: readonly Record<string, unknown>[]): Difference[] {
  const says = lines.flatMap((line) => {
    if (line.type !== 'PAYMENT') return []
    const days =
      (Date.parse(String(line.estimated_settlement_time)) - Date.parse(String(line.created))) / DAY_MS
    const channel = String(line.channel_code).replace(/^ID_/, '')
    const known = settlementDays[channel] ?? SETTLEMENT_DAYS_OTHERWISE
    if (Number.isNaN(days) || (days > known - EARLIER_DAYS && days < known + LATER_DAYS)) return []
    return [`${channel} after ${Math.round(days)} days instead of ${known}`]
  })
  if (says.length === 0) return []
  return [
    {
      fact: 'xendit.settlement',
      says: `payments are settled at other times than documented: ${distinct(says).join(', ')}`,
      todo: 'nothing in laku, which uses the balance: take it into account when you choose the float',
    },
  ]
}

function typeDifferences(lines: readonly Record<string, unknown>[]): Difference[] {
  const unknown = distinct(lines.map((line) => line.type)).filter((type) => !transactionTypes.has(type))
  if (unknown.length === 0) return []
  const says = `transactions have types that laku does not know: ${unknown.join(', ')}`
  return [
    { fact: 'xendit.transaction-types', says, todo: 'laku books them to suspense; see laku suspense list' },
  ]
}
