import { randomUUID } from 'node:crypto'
import {
  QRIS_REFUND_ISSUERS,
  qrisIssuer,
  REFUND_CHANNELS,
  REFUND_REASONS,
} from '../../providers/xendit/facts.ts'
import { outcomeDelayMs, type SandboxContext } from '../context.ts'
import { type Fields, fieldsOf, textOf } from '../fields.ts'
import { appendTo, type XenditAccount } from './account.ts'
import type { PaymentMethod } from './channels.ts'
import { invalidField, xenditError } from './errors.ts'
import { findInvoice, type Payment } from './invoices.ts'
import { asListed } from './listed.ts'
import { notify } from './notify.ts'
import { balanceOf, moveTransaction, recordTransaction, type TransactionStatus } from './transactions.ts'

/**
 * The status of a refund. The sandbox itself gives only the three listed statuses; a test can force any
 * other.
 */
export type RefundStatus = 'PENDING' | 'SUCCEEDED' | 'FAILED' | (string & {})

/** A refund in the form of the API's answer. */
export interface Refund {
  id: string
  payment_request_id: string
  payment_id: string
  invoice_id: string
  payment_method_type: PaymentMethod
  amount: number
  currency: 'IDR'
  country: 'ID'
  channel_code: string
  status: RefundStatus
  reason: string
  failure_code: string | null
  refund_fee_amount: number
  reference_id: string | null
  metadata: unknown
  created: string
  updated: string
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/**
 * Accepts a refund; its outcome and webhook come a moment later. Throws the errors that Xendit's current
 * reference names: 400 API_VALIDATION_ERROR, REFUND_AMOUNT_EXCEEDED, REFUND_IN_PROGRESS,
 * TEMPORARILY_UNAVAILABLE, INSUFFICIENT_BALANCE, INELIGIBLE_TRANSACTION_STATUS for an unpaid invoice, 403
 * REFUND_NOT_SUPPORTED and PARTIAL_REFUND_NOT_SUPPORTED, and 404 DATA_NOT_FOUND.
 */
export function createRefund(context: SandboxContext, account: XenditAccount, body: unknown): Refund {
  const request = readNewRefund(context, body)
  const { invoiceId, payment } = refundedPayment(context, account, request)
  const before = account.refundsByInvoice.get(invoiceId) ?? []
  checkChannel(context, payment, request.amount)
  if (before.some((refund) => refund.status === 'PENDING'))
    throw xenditError(400, 'REFUND_IN_PROGRESS', 'Another refund of this payment is in progress')
  const refunded = refundedAmount(account, invoiceId)
  const amount = request.amount ?? payment.paid_amount - refunded
  if (amount <= 0 || refunded + amount > payment.paid_amount)
    throw xenditError(400, 'REFUND_AMOUNT_EXCEEDED', 'The refunds would exceed what was paid')
  if (amount > balanceOf(context, account).spendableIdr)
    throw xenditError(
      400,
      'INSUFFICIENT_BALANCE',
      'There is not enough balance in the account for this refund',
    )
  refuseAsTold(context)

  const now = context.now().toISOString()
  const refund: Refund = {
    id: `rfd-${randomUUID()}`,
    payment_request_id: payment.payment_request_id,
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
  context.schedule.after(outcomeDelayMs(), () => {
    if (refund.status === 'PENDING') concludeRefund(context, account, refund)
  })
  return refund
}

/**
 * Refuses any refund with the error code that a test has chosen by the switch xendit.refund-refusal, even if
 * the refund breaks no rule. The codes are Xendit's (xendit.refund-refusals).
 */
function refuseAsTold(context: SandboxContext): void {
  const refusal = context.profile.of('xendit.refund-refusal')
  if (refusal === 'none') return
  const status = refusal === 'TRANSACTION_NOT_FOUND' ? 404 : refusal === 'REFUND_NOT_SUPPORTED' ? 403 : 400
  throw xenditError(status, refusal, 'Refused, as the profile has it')
}

function concludeRefund(context: SandboxContext, account: XenditAccount, refund: Refund): void {
  const { outcome, failure_code: failureCode = 'REFUND_FAILED' } = account.outcomes.refund
  forceRefund(context, account, refund, {
    status: outcome,
    ...(outcome === 'FAILED' && { failureCode }),
  })
}

/**
 * Gives a refund any status, even one that Xendit's own rules forbid. The refund's line in the transaction
 * list changes with it. The merchant gets a webhook, unless the new status is PENDING.
 */
export function forceRefund(
  context: SandboxContext,
  account: XenditAccount,
  refund: Refund,
  told: { status: RefundStatus; amountIdr?: number; failureCode?: string | undefined },
): void {
  refund.status = told.status
  if (told.amountIdr !== undefined) refund.amount = told.amountIdr
  refund.failure_code = told.status === 'FAILED' ? (told.failureCode ?? 'REFUND_FAILED') : null
  refund.updated = context.now().toISOString()
  moveTransaction(context, account, refund.id, lineStatus(told.status), told.amountIdr)
  if (told.status === 'PENDING') return
  notify(context, {
    event: told.status === 'SUCCEEDED' ? 'refund.succeeded' : 'refund.failed',
    business_id: account.businessId,
    created: refund.updated,
    data: refund,
  })
}

function lineStatus(status: RefundStatus): TransactionStatus {
  if (status === 'SUCCEEDED') return 'SUCCESS'
  return status === 'PENDING' ? 'PENDING' : 'FAILED'
}

function readNewRefund(context: SandboxContext, body: unknown) {
  const fields = fieldsOf(body)
  const { amount, currency, metadata = null } = fields
  const reason = textOf(fields.reason)
  if (reason === undefined || !REFUND_REASONS.some((text) => text === reason))
    throw invalidField('reason', `is required, one of ${REFUND_REASONS.join(', ')}`)
  if (currency !== undefined && currency !== 'IDR')
    throw invalidField('currency', 'must be that of the payment')
  if (amount !== undefined && !(typeof amount === 'number' && Number.isInteger(amount) && amount > 0))
    throw invalidField('amount', 'must be a whole number of rupiah above 0')
  const referenceId = textOf(fields.reference_id)
  if (referenceId !== undefined && referenceId.length > 255)
    throw invalidField('reference_id', 'at most 255 characters')
  return {
    ...namedPayment(context, fields),
    reason,
    referenceId,
    amount,
    metadata,
  }
}

function namedPayment(context: SandboxContext, fields: Fields) {
  const [invoiceId, paymentRequestId] = [textOf(fields.invoice_id), textOf(fields.payment_request_id)]
  const isLegacy = context.profile.of('xendit.refund-form') === 'legacy'
  if (paymentRequestId === undefined && (!isLegacy || invoiceId === undefined))
    throw invalidField(
      'payment_request_id',
      isLegacy ? 'payment_request_id or invoice_id is required' : 'is required',
    )
  return { invoiceId, paymentRequestId }
}

function refundedPayment(
  context: SandboxContext,
  account: XenditAccount,
  named: { invoiceId: string | undefined; paymentRequestId: string | undefined },
): { invoiceId: string; payment: Payment } {
  const id =
    named.paymentRequestId === undefined
      ? named.invoiceId
      : account.invoicesByPayment.get(named.paymentRequestId)?.id
  if (id === undefined || !account.invoicesById.has(id))
    throw xenditError(404, 'DATA_NOT_FOUND', 'The payment to refund was not found')
  const { payment } = findInvoice(context, account, id)
  if (!payment)
    throw xenditError(400, 'INELIGIBLE_TRANSACTION_STATUS', 'The payment to refund has not succeeded')
  return { invoiceId: id, payment }
}

/** Returns the sum of the succeeded refunds of an invoice (IDR). */
export function refundedAmount(account: XenditAccount, invoiceId: string): number {
  const refunds = account.refundsByInvoice.get(invoiceId) ?? []
  return refunds.reduce((sum, { status, amount }) => sum + (status === 'SUCCEEDED' ? amount : 0), 0)
}

function checkChannel(context: SandboxContext, payment: Payment, amount: number | undefined): void {
  const { payment_channel: channel, payment_details: details } = payment
  const rule = REFUND_CHANNELS[channel]
  const ageMs = context.now().getTime() - Date.parse(payment.paid_at)
  const isPart = amount !== undefined && amount < payment.paid_amount
  const issuer = channel === 'QRIS' ? QRIS_REFUND_ISSUERS[qrisIssuer(details?.source ?? '')] : undefined
  if (!rule || ageMs > rule.days * DAY_MS || (channel === 'QRIS' && !issuer))
    throw xenditError(403, 'REFUND_NOT_SUPPORTED', `Refunds are not supported for ${channel} here`)
  if (!rule.parts && isPart)
    throw xenditError(403, 'PARTIAL_REFUND_NOT_SUPPORTED', `${channel} refunds a payment whole`)
  if (issuer && !isPart && ageMs < issuer.wholeAfterHours * HOUR_MS)
    throw xenditError(400, 'TEMPORARILY_UNAVAILABLE', 'The issuer takes the whole amount back a day later')
}

/** Finds a refund by its id. Throws 404 DATA_NOT_FOUND. */
export function findRefund(account: XenditAccount, id: string): Refund {
  const refund = account.refundsById.get(id)
  if (!refund) throw xenditError(404, 'DATA_NOT_FOUND', 'Refund not found')
  return refund
}

const DEFAULT_LIMIT = 10

/**
 * Returns a page of refunds, newest first, by the API's filters, which do not include the reference. Throws
 * 400 for a wrong limit or cursor.
 */
export function listRefunds(context: SandboxContext, account: XenditAccount, query: Fields): object {
  const limit = query.limit === undefined ? DEFAULT_LIMIT : Number(query.limit)
  if (!Number.isInteger(limit) || limit < 1) throw invalidField('limit', 'must be a whole number above 0')
  const [invoiceId, requestId] = [textOf(query.invoice_id), textOf(query.payment_request_id)]
  const found = account.refunds
    .filter(
      (refund) =>
        context.lists.shows(refund) &&
        (invoiceId === undefined || refund.invoice_id === invoiceId) &&
        (requestId === undefined ||
          refund.payment_request_id === requestId ||
          refund.payment_id === requestId),
    )
    .toReversed()
  const afterId = textOf(query.after_id)
  const start = afterId === undefined ? 0 : found.findIndex((refund) => refund.id === afterId) + 1
  if (afterId !== undefined && start === 0) throw invalidField('after_id', 'no such refund')
  const data = found.slice(start, start + limit).map((refund) => asListed(context, refund))
  return { data, has_more: start + limit < found.length }
}
