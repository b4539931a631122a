import { randomUUID } from 'node:crypto'
import { outcomeDelayMs, type SandboxContext } from '../context.ts'
import { fieldsOf, textOf } from '../fields.ts'
import { appendTo, type XenditAccount } from './account.ts'
import { PAYMENT_CHANNELS, type PaymentMethod } from './channels.ts'
import { invalidField, xenditError } from './errors.ts'
import { findInvoice, type Payment } from './invoices.ts'
import { notify } from './notify.ts'
import { moveTransaction, recordTransaction } from './transactions.ts'

/** A refund, as the API answers it. */
export interface Refund {
  id: string
  payment_request_id: string | null
  payment_id: string
  invoice_id: string
  payment_method_type: PaymentMethod
  amount: number
  currency: 'IDR'
  country: 'ID'
  channel_code: string
  status: 'PENDING' | 'SUCCEEDED' | 'FAILED'
  reason: string
  failure_code: string | null
  refund_fee_amount: number
  reference_id: string | null
  metadata: unknown
  created: string
  updated: string
}

const REASONS = ['FRAUDULENT', 'DUPLICATE', 'REQUESTED_BY_CUSTOMER', 'CANCELLATION', 'OTHERS']
const DAY_MS = 86_400_000

/**
 * Takes a refund on; its outcome and webhook fall a moment later. Throws 400 API_VALIDATION_ERROR, REFUND_IN_PROGRESS,
 * MAXIMUM_REFUND_AMOUNT_REACHED, PARTIAL_REFUND_NOT_SUPPORTED or REFUND_NOT_SUPPORTED, 403 INELIGIBLE_TRANSACTION for
 * an unpaid invoice and 404 DATA_NOT_FOUND.
 */
export function createRefund(context: SandboxContext, account: XenditAccount, body: unknown): Refund {
  const request = readNewRefund(body)
  const { invoiceId, payment } = paidInvoice(context, account, request.invoiceId)
  const before = account.refundsByInvoice.get(invoiceId) ?? []
  checkChannel(context, payment, request.amount)
  if (before.some((refund) => refund.status === 'PENDING'))
    throw xenditError(400, 'REFUND_IN_PROGRESS', 'Another refund of this payment is in progress')
  const refunded = before.reduce(
    (sum, refund) => sum + (refund.status === 'SUCCEEDED' ? refund.amount : 0),
    0,
  )
  const amount = request.amount ?? payment.paid_amount - refunded
  if (amount <= 0 || refunded + amount > payment.paid_amount)
    throw xenditError(400, 'MAXIMUM_REFUND_AMOUNT_REACHED', 'The refunds would exceed what was paid')

  const now = context.now().toISOString()
  const refund: Refund = {
    id: `rfd-${randomUUID()}`,
    payment_request_id: null,
    payment_id: payment.payment_id,
    invoice_id: invoiceId,
    payment_method_type: payment.payment_method,
    amount,
    currency: 'IDR',
    country: 'ID',
    channel_code: payment.payment_channel,
    status: 'PENDING',
    reason: request.reason,
    failure_code: null,
    refund_fee_amount: 0,
    reference_id: request.referenceId ?? null,
    metadata: request.metadata,
    created: now,
    updated: now,
  }
  account.refunds.push(refund)
  account.refundsById.set(refund.id, refund)
  appendTo(account.refundsByInvoice, invoiceId, refund)
  recordTransaction(context, account, {
    type: 'REFUND',
    status: 'PENDING',
    productId: refund.id,
    referenceId: refund.reference_id ?? refund.id,
    channel: refund.channel_code,
    method: payment.payment_method,
    amountIdr: amount,
    feeIdr: 0,
  })
  context.schedule.after(outcomeDelayMs(), () => concludeRefund(context, account, refund))
  return refund
}

function concludeRefund(context: SandboxContext, account: XenditAccount, refund: Refund): void {
  const { outcome, failure_code: failureCode = 'REFUND_FAILED' } = account.outcomes.refund
  refund.status = outcome
  if (outcome === 'FAILED') refund.failure_code = failureCode
  refund.updated = context.now().toISOString()
  moveTransaction(context, account, refund.id, outcome === 'SUCCEEDED' ? 'SUCCESS' : 'FAILED')
  notify(context, {
    event: outcome === 'SUCCEEDED' ? 'refund.succeeded' : 'refund.failed',
    business_id: account.businessId,
    created: refund.updated,
    data: refund,
  })
}

function readNewRefund(body: unknown) {
  const fields = fieldsOf(body)
  const { amount, currency, metadata = null } = fields
  const invoiceId = textOf(fields.invoice_id)
  if (invoiceId === undefined && textOf(fields.payment_request_id) === undefined)
    throw invalidField('invoice_id', 'invoice_id or payment_request_id is required')
  const reason = textOf(fields.reason)
  if (reason === undefined || !REASONS.includes(reason))
    throw invalidField('reason', `is required, one of ${REASONS.join(', ')}`)
  if (currency !== undefined && currency !== 'IDR')
    throw invalidField('currency', 'must be that of the payment')
  if (amount !== undefined && !(typeof amount === 'number' && Number.isInteger(amount) && amount > 0))
    throw invalidField('amount', 'must be a whole number of rupiah above 0')
  return { invoiceId, reason, referenceId: textOf(fields.reference_id), amount, metadata }
}

function paidInvoice(context: SandboxContext, account: XenditAccount, invoiceId: string | undefined) {
  // Invoices have no payment request in the sandbox, so a payment_request_id finds nothing.
  if (invoiceId === undefined || !account.invoicesById.has(invoiceId))
    throw xenditError(404, 'DATA_NOT_FOUND', 'The payment to refund was not found')
  const { payment } = findInvoice(context, account, invoiceId)
  if (!payment) throw xenditError(403, 'INELIGIBLE_TRANSACTION', 'The payment to refund has not succeeded')
  return { invoiceId, payment }
}

function checkChannel(context: SandboxContext, payment: Payment, amount: number | undefined): void {
  const channel = PAYMENT_CHANNELS[payment.payment_channel]
  const ageMs = context.now().getTime() - Date.parse(payment.paid_at)
  if (channel?.refundDays === undefined || ageMs > channel.refundDays * DAY_MS)
    throw xenditError(
      400,
      'REFUND_NOT_SUPPORTED',
      `Refunds are not supported for ${payment.payment_channel} here`,
    )
  if (channel.wholeRefundsOnly && amount !== undefined && amount < payment.paid_amount)
    throw xenditError(
      400,
      'PARTIAL_REFUND_NOT_SUPPORTED',
      `${payment.payment_channel} refunds a payment whole`,
    )
}

/** Throws 404 DATA_NOT_FOUND. */
export function findRefund(account: XenditAccount, id: string): Refund {
  const refund = account.refundsById.get(id)
  if (!refund) throw xenditError(404, 'DATA_NOT_FOUND', 'Refund not found')
  return refund
}
