import { randomBytes, randomUUID } from 'node:crypto'
import { invoiceCeilings } from '../../providers/xendit/facts.ts'
import type { SandboxContext } from '../context.ts'
import { appendTo, type XenditAccount } from './account.ts'
import { PAYMENT_CHANNELS, type PaymentMethod, paymentFeeIdr } from './channels.ts'
import { xenditError } from './errors.ts'
import type { NewInvoice } from './invoice-request.ts'
import { notify } from './notify.ts'
import { recordTransaction } from './transactions.ts'

/** The payment of an invoice. */
export interface Payment {
  payment_id: string
  payment_request_id: string
  payment_method: PaymentMethod
  payment_channel: string
  payment_destination: string
  paid_amount: number
  paid_at: string
  bank_code?: string
  /** The app or bank that paid by QRIS, and its receipt. */
  payment_details?: { receipt_id: string; source: string }
}

export interface Invoice {
  id: string
  /** The invoice's index in the list of all invoices, for paging. */
  index: number
  request: NewInvoice
  status: 'PENDING' | 'PAID' | 'EXPIRED'
  expiresAt: number
  created: string
  updated: string
  payment?: Payment
}

const MERCHANT_NAME = 'Laku'

/**
 * Makes an invoice. Two requests with one `external_id` make two invoices, since Xendit has no idempotency
 * key here.
 */
export function createInvoice(context: SandboxContext, account: XenditAccount, request: NewInvoice): Invoice {
  const now = context.now()
  const invoice: Invoice = {
    id: randomBytes(12).toString('hex'),
    index: account.invoices.length,
    request,
    status: 'PENDING',
    expiresAt: now.getTime() + request.invoice_duration * 1000,
    created: now.toISOString(),
    updated: now.toISOString(),
  }
  account.invoices.push(invoice)
  account.invoicesById.set(invoice.id, invoice)
  appendTo(account.invoicesByExternalId, request.external_id, invoice)
  account.pendingInvoices.add(invoice)
  return invoice
}

/**
 * Returns the invoice with the given id. If the invoice is past its time, it expires first. Throws 404
 * INVOICE_NOT_FOUND_ERROR.
 */
export function findInvoice(context: SandboxContext, account: XenditAccount, id: string): Invoice {
  const invoice = account.invoicesById.get(id)
  if (!invoice) throw xenditError(404, 'INVOICE_NOT_FOUND_ERROR', 'Could not find invoice')
  expireIfDue(context, account, invoice)
  return invoice
}

export function expireIfDue(context: SandboxContext, account: XenditAccount, invoice: Invoice): void {
  if (invoice.status === 'PENDING' && invoice.expiresAt <= context.now().getTime())
    expire(context, account, invoice)
}

/** Expires every invoice whose time has passed. */
export function expireDueInvoices(context: SandboxContext, account: XenditAccount): void {
  const now = context.now().getTime()
  for (const invoice of account.pendingInvoices)
    if (invoice.expiresAt <= now) expire(context, account, invoice)
}

/**
 * Expires a pending invoice and notifies the merchant; an expired invoice stays unchanged. Throws 400 for a
 * paid one.
 */
export function expireByHand(context: SandboxContext, account: XenditAccount, invoice: Invoice): void {
  if (invoice.status === 'PAID')
    throw xenditError(400, 'INVALID_INVOICE_STATUS_ERROR', 'The invoice is paid and cannot expire')
  if (invoice.status === 'PENDING') expire(context, account, invoice)
}

function expire(context: SandboxContext, account: XenditAccount, invoice: Invoice): void {
  invoice.status = 'EXPIRED'
  invoice.updated = context.now().toISOString()
  account.pendingInvoices.delete(invoice)
  notify(context, invoiceUpdate(context, account, invoice))
}

/**
 * Returns the payment channels that an invoice offers. These are the channels that the invoice's request
 * names, or all channels if it names none. Channels that do not accept the invoice's amount are left out.
 */
export function channelsOf({ request }: Pick<Invoice, 'request'>): string[] {
  const asked = request.payment_methods ?? Object.keys(PAYMENT_CHANNELS)
  return asked.filter((code) => request.amount <= (invoiceCeilings[code] ?? 0))
}

/** A buyer's payment on the invoice page. */
export interface PayInvoice {
  /** The payment channel. If it is absent, the invoice's first channel is used. */
  channel?: string | undefined
  /** The amount paid in whole IDR. If it is absent, the invoice's amount is paid. */
  amount?: number | undefined
  /** The app or bank that pays by QRIS. If it is absent, DANA pays. */
  source?: string | undefined
  /** True if the money may arrive on an expired invoice, like a transfer made in the last second. */
  late?: boolean
}

/**
 * Pays an invoice and notifies the merchant. Throws 400 for a channel that the invoice does not accept, 409
 * if it is paid or expired.
 */
export function payInvoice(
  context: SandboxContext,
  account: XenditAccount,
  invoice: Invoice,
  pay: PayInvoice,
): Invoice {
  const code = pay.channel ?? channelsOf(invoice)[0] ?? ''
  const channel = PAYMENT_CHANNELS[code]
  if (!channel || !channelsOf(invoice).includes(code))
    throw xenditError(400, 'UNAVAILABLE_PAYMENT_METHOD_ERROR', `This invoice cannot be paid by ${code}`)
  if (invoice.status === 'PAID') throw xenditError(409, 'INVOICE_ALREADY_PAID', 'This invoice is paid')
  if (invoice.status === 'EXPIRED' && pay.late !== true)
    throw xenditError(409, 'INVOICE_EXPIRED', 'This invoice has expired')
  const now = context.now().toISOString()
  const paidAmount = pay.amount ?? invoice.request.amount
  invoice.payment = {
    payment_id: `${channel.method === 'EWALLET' ? 'ewc_' : 'py-'}${randomUUID()}`,
    payment_request_id: `pr-${randomUUID()}`,
    payment_method: channel.method,
    payment_channel: code,
    payment_destination: destinationOf(invoice, channel.method),
    paid_amount: paidAmount,
    paid_at: now,
    ...(channel.method === 'BANK_TRANSFER' ? { bank_code: code } : {}),
    ...(channel.method === 'QR_CODE'
      ? { payment_details: { receipt_id: String(invoice.index), source: pay.source ?? 'DANA' } }
      : {}),
  }
  account.invoicesByPayment.set(invoice.payment.payment_id, invoice)
  account.invoicesByPayment.set(invoice.payment.payment_request_id, invoice)
  invoice.status = 'PAID'
  invoice.updated = now
  account.pendingInvoices.delete(invoice)
  recordTransaction(context, account, {
    type: 'PAYMENT',
    status: 'SUCCESS',
    productId: invoice.payment.payment_id,
    paymentLinkId: invoice.id,
    referenceId: invoice.request.external_id,
    channel: code,
    method: channel.method,
    amountIdr: paidAmount,
    feeIdr: paymentFeeIdr(channel.method, paidAmount),
  })
  notify(context, invoiceUpdate(context, account, invoice))
  return invoice
}

function destinationOf(invoice: Invoice, method: PaymentMethod): string {
  if (method === 'EWALLET') return invoice.request.customer?.mobile_number ?? ''
  return `88608${String(invoice.index).padStart(10, '0')}`
}

/** Returns the invoice in the form of the API's answer. It has every list that Xendit's SDK expects. */
export function invoiceAnswer(context: SandboxContext, account: XenditAccount, invoice: Invoice): object {
  const { request } = invoice
  const { payment_methods: paymentMethods, invoice_duration: _duration, ...given } = request
  const of = (method: PaymentMethod) =>
    channelsOf(invoice).filter((code) => PAYMENT_CHANNELS[code]?.method === method)
  return {
    ...given,
    id: invoice.id,
    user_id: account.businessId,
    status: readStatus(context, invoice),
    merchant_name: MERCHANT_NAME,
    merchant_profile_picture_url: '',
    expiry_date: new Date(invoice.expiresAt).toISOString(),
    invoice_url: `${context.publicUrl()}/xendit/pay/${invoice.id}`,
    available_banks: of('BANK_TRANSFER').map((code) => ({
      bank_code: code,
      collection_type: 'POOL',
      transfer_amount: request.amount,
      bank_branch: 'Virtual Account',
      account_holder_name: MERCHANT_NAME.toUpperCase(),
      identity_amount: 0,
    })),
    available_retail_outlets: of('RETAIL_OUTLET').map((code) => ({ retail_outlet_name: code })),
    available_ewallets: of('EWALLET').map((code) => ({ ewallet_type: code })),
    available_qr_codes: of('QR_CODE').map((code) => ({ qr_code_type: code })),
    available_direct_debits: [],
    available_paylaters: [],
    should_exclude_credit_card: of('CREDIT_CARD').length === 0,
    should_send_email: request.should_send_email ?? false,
    ...(paymentMethods ? { payment_methods: paymentMethods } : {}),
    ...(readStatus(context, invoice) === invoice.status && paymentAnswer(context, invoice)),
    created: invoice.created,
    updated: invoice.updated,
  }
}

/**
 * Returns the status that a read of an invoice gives. By the switch xendit.invoice-reading, a test can choose
 * that a paid invoice reads as expired. This contradicts the invoice's webhook.
 */
export function readStatus(context: SandboxContext, { status }: Invoice): Invoice['status'] {
  const contradicts = status === 'PAID' && context.profile.of('xendit.invoice-reading') === 'expired'
  return contradicts ? 'EXPIRED' : status
}

/**
 * Returns the body of an invoice's webhook: the invoice's fields, without an `event` and a `data` around
 * them.
 */
function invoiceUpdate(context: SandboxContext, account: XenditAccount, invoice: Invoice): object {
  const { external_id, amount, currency, items, description } = invoice.request
  return {
    id: invoice.id,
    external_id,
    user_id: account.businessId,
    is_high: false,
    status: invoice.status,
    merchant_name: MERCHANT_NAME,
    amount,
    ...paymentAnswer(context, invoice),
    description,
    currency,
    items,
    created: invoice.created,
    updated: invoice.updated,
  }
}

/**
 * Returns the payment of an invoice. For a QRIS payment, a test can choose the name of the method, and
 * whether the paying app is shown (the switches xendit.qris-method and xendit.qris-issuer).
 */
function paymentAnswer(context: SandboxContext, { payment }: Invoice): object {
  if (payment?.payment_method !== 'QR_CODE') return { ...payment }
  const { payment_details: details, ...paid } = payment
  const source = context.profile.of('xendit.qris-issuer') === 'told' ? details?.source : null
  const payment_method = context.profile.of('xendit.qris-method')
  return { ...paid, payment_method, payment_details: { ...details, source } }
}
