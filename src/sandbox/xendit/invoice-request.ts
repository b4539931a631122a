import { INVOICE_MINIMUM_IDR } from '../../providers/xendit/facts.ts'
import type { SandboxContext } from '../context.ts'
import { type Fields, isFields, textOf } from '../fields.ts'
import { PAYMENT_CHANNELS } from './channels.ts'
import { invalidField, xenditError } from './errors.ts'

/** A checked request for an invoice. Fields that the sandbox does not use are kept and returned. */
export interface NewInvoice {
  external_id: string
  amount: number
  currency: 'IDR'
  /** The number of seconds until the invoice expires. */
  invoice_duration: number
  payment_methods?: string[]
  description?: string
  payer_email?: string
  items?: unknown[]
  customer?: { mobile_number?: string }
  should_send_email?: boolean
  [other: string]: unknown
}

/** The lifetime of an invoice that names none: a day, Xendit's own default. */
const DEFAULT_DURATION_S = 86_400
/** The largest amount that a bank takes in one transfer to a virtual account (IDR). */
const MAXIMUM_IDR = 50_000_000_000
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/
const PHONE = /^\+[1-9]\d{6,14}$/

/**
 * Checks a request for an invoice and returns its contents. Throws the 400 that Xendit documents for each
 * fault.
 */
export function readNewInvoice({ profile }: Pick<SandboxContext, 'profile'>, body: unknown): NewInvoice {
  if (!isFields(body)) throw invalidField('body', 'a JSON object is required')
  const externalId = textOf(body.external_id)
  if (externalId === undefined || externalId.length > 255)
    throw invalidField('external_id', 'is required, 1 to 255 characters')
  const paymentMethods = paymentMethodsIn(body)
  checkPayer(body)
  checkItems(body.items)
  return {
    ...body,
    external_id: externalId,
    amount: amountIn(body, profile.of('xendit.invoice-minimum') === 'made' ? 1 : INVOICE_MINIMUM_IDR),
    currency: currencyIn(body),
    invoice_duration: durationIn(body),
    ...(paymentMethods ? { payment_methods: paymentMethods } : {}),
  }
}

function amountIn({ amount }: Fields, minimumIdr: number): number {
  if (typeof amount !== 'number' || !Number.isInteger(amount) || amount <= 0)
    throw invalidField('amount', 'is required, a whole number of rupiah above 0')
  if (amount < minimumIdr)
    throw xenditError(
      400,
      'MINIMAL_TRANSFER_AMOUNT_ERROR',
      `The amount is below the minimum of ${minimumIdr}`,
    )
  if (amount > MAXIMUM_IDR)
    throw xenditError(
      400,
      'MAXIMUM_TRANSFER_AMOUNT_ERROR',
      `The amount is above the maximum of ${MAXIMUM_IDR}`,
    )
  return amount
}

function currencyIn({ currency = 'IDR' }: Fields): 'IDR' {
  if (currency !== 'IDR')
    throw xenditError(400, 'UNSUPPORTED_CURRENCY', 'The currency is not activated for this business')
  return currency
}

function durationIn({ invoice_duration: duration = DEFAULT_DURATION_S }: Fields): number {
  const seconds = typeof duration === 'string' ? Number(duration) : duration
  if (typeof seconds !== 'number' || !(seconds > 0)) throw invalidField('invoice_duration', 'seconds above 0')
  return seconds
}

function paymentMethodsIn({ payment_methods: methods }: Fields): string[] | undefined {
  if (methods === undefined) return undefined
  if (!Array.isArray(methods)) throw invalidField('payment_methods', 'must be an array')
  if (methods.length === 0)
    throw xenditError(400, 'NO_COLLECTION_METHODS_ERROR', 'No payment method is available for this invoice')
  const codes = methods.map(String)
  const unknown = codes.find((code) => !Object.hasOwn(PAYMENT_CHANNELS, code))
  if (unknown !== undefined)
    throw xenditError(
      400,
      'UNAVAILABLE_PAYMENT_METHOD_ERROR',
      `The payment method ${unknown} is not available`,
    )
  return codes
}

function checkPayer(body: Fields): void {
  const { payer_email: email, customer } = body
  if (email !== undefined && !(typeof email === 'string' && EMAIL.test(email)))
    throw xenditError(400, 'EMAIL_FORMAT_ERROR', 'The payer email is not an email address')
  if (customer === undefined) return
  if (!isFields(customer)) throw invalidField('customer', 'must be an object')
  const phone = customer.mobile_number
  if (phone !== undefined && !(typeof phone === 'string' && PHONE.test(phone)))
    throw invalidField('customer.mobile_number', 'must be E.164, with the plus')
}

function checkItems(items: unknown): void {
  if (items === undefined) return
  if (!Array.isArray(items)) throw invalidField('items', 'must be an array')
  for (const [index, item] of items.entries()) {
    if (!isFields(item) || textOf(item.name) === undefined)
      throw invalidField(`items[${index}].name`, 'is required')
    if (typeof item.price !== 'number') throw invalidField(`items[${index}].price`, 'is required')
    if (typeof item.quantity !== 'number') throw invalidField(`items[${index}].quantity`, 'is required')
  }
}
