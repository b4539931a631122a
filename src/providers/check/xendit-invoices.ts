import { setTimeout as pause } from 'node:timers/promises'
import { ProviderFailure } from '../../domain/kernel/provider-failure.ts'
import type { GatewayInvoice, PaymentGateway } from '../../domain/payment/gateway.ts'
import { INVOICE_MINIMUM_IDR, invoiceCeilings } from '../xendit/facts.ts'
import { type Difference, distinct, type Ear, fieldsIn, type Probe, rowsIn } from './probe.ts'

export interface InvoiceProbes {
  gateway: PaymentGateway
  ear: Ear
  /** The `external_id` of the invoice that the check makes: laku's own key of the invoice. */
  externalId: string
  /** The maximum time to wait until a list shows the new invoice (ms). */
  timeoutMs: number
}

/**
 * The lifetime of the check's invoice (s): one hour. This is enough, because the check expires the invoice a
 * moment after it makes the invoice.
 */
const EXPIRES_IN_S = 3600
const LOOK_AGAIN_MS = 500

const newInvoice = (externalId: string, amountIdr: number) => ({
  externalId,
  amountIdr,
  expiresInS: EXPIRES_IN_S,
  description: 'laku providers check',
  payer: {},
})

/**
 * Makes the probe of an invoice's life: it creates an invoice, reads it, finds it by laku's own key
 * (`external_id`), lists it and expires it.
 */
export function invoiceProbe({ gateway, ear, externalId, timeoutMs }: InvoiceProbes): Probe {
  return {
    provider: 'xendit',
    name: 'invoice',
    makes: true,
    ask: async () => {
      const made = await gateway.createInvoice(newInvoice(externalId, INVOICE_MINIMUM_IDR))
      const differences = unknownPaymentMethods(ear.body)
      try {
        expectStatus(differences, made, 'PENDING', 'made')
        expectStatus(differences, await gateway.getInvoice(made.id), 'PENDING', 'read')
        const find = async () =>
          (await gateway.findInvoices(externalId)).some((invoice) => invoice.id === made.id)
        if (!(await within(timeoutMs, find))) differences.push(late('found by our reference', timeoutMs))
        const list = async () =>
          (await gateway.listInvoices({ statuses: ['PENDING'], limit: 100 })).some(
            (invoice) => invoice.id === made.id,
          )
        if (!(await within(timeoutMs, list))) differences.push(late('listed', timeoutMs))
      } finally {
        expectStatus(differences, await gateway.expireInvoice(made.id), 'EXPIRED', 'expired')
      }
      return { says: 'created, read, found by our reference, listed and expired', differences }
    },
  }
}

/**
 * Makes the probe that asks Xendit for an invoice below the minimum amount. Xendit must refuse it. If
 * Xendit makes the invoice all the same, the probe expires it.
 */
export function smallInvoiceProbe({ gateway, externalId }: InvoiceProbes): Probe {
  return {
    provider: 'xendit',
    name: 'invoice below the minimum',
    makes: true,
    ask: async () => {
      try {
        const made = await gateway.createInvoice(newInvoice(`${externalId}-small`, INVOICE_MINIMUM_IDR - 1))
        await gateway.expireInvoice(made.id)
      } catch (error) {
        if (!(error instanceof ProviderFailure) || error.outcome !== 'refused' || error.httpStatus === 401)
          throw error
        return { says: `refused, as documented: ${error.code}` }
      }
      const difference = {
        fact: 'xendit.invoice-minimum',
        says: `an invoice of ${INVOICE_MINIMUM_IDR - 1} was accepted; laku makes no invoice below ${INVOICE_MINIMUM_IDR}`,
        todo: 'policy.invoiceMinimumIdr may be lowered',
      }
      return { says: 'made', differences: [difference] }
    },
  }
}

/**
 * Makes the probe of the invoices that were paid in this account. It checks how Xendit names the payment, its
 * method, and the app that paid by QRIS. It also checks that Xendit reports how much of an e-wallet payment
 * was refunded.
 */
export function paidInvoicesProbe({ gateway, ear }: Pick<InvoiceProbes, 'gateway' | 'ear'>): Probe {
  return {
    provider: 'xendit',
    name: 'paid invoices',
    ask: async () => {
      await gateway.listInvoices({ statuses: ['PAID', 'SETTLED'], limit: 50 })
      const paid = rowsIn(ear.body)
      if (paid.length === 0)
        return {
          says: 'this account has no paid invoice yet: pay one by QRIS and one by e-wallet in test mode, and run the check again',
          empty: true,
        }
      const differences = [...qrisDifferences(paid), ...requestIdDifferences(paid)]
      const wallet = paid.find((item) => String(item.payment_id ?? '').startsWith('ewc_'))
      if (wallet) differences.push(...(await chargeDifferences(gateway, wallet)))
      const methods = distinct(paid.map((item) => item.payment_method)).join(', ')
      return { says: `${paid.length} paid invoices read, paid by ${methods}`, differences }
    },
  }
}

function qrisDifferences(paid: readonly Record<string, unknown>[]): Difference[] {
  const byQris = paid.filter(
    (item) => item.payment_channel === 'QRIS' || /^QR/.test(String(item.payment_method)),
  )
  const differences: Difference[] = []
  if (byQris.some((item) => item.payment_method === 'QRIS'))
    differences.push({
      fact: 'xendit.qris-source',
      says: 'the payment method of an invoice paid by QRIS is QRIS, not QR_CODE',
      todo: 'nothing, because laku reads both',
    })
  if (byQris.some((item) => typeof fieldsIn(item.payment_details).source !== 'string'))
    differences.push({
      fact: 'xendit.qris-source',
      says: 'an invoice paid by QRIS does not name the app or bank that paid it',
      todo: 'such payments cannot be refunded to their source: tell buyers that refunds of QRIS go to their wallet',
    })
  return differences
}

function requestIdDifferences(paid: readonly Record<string, unknown>[]): Difference[] {
  if (paid.some((item) => typeof item.payment_request_id === 'string' || typeof item.payment_id === 'string'))
    return []
  return [
    {
      fact: 'xendit.refund-request',
      says: 'no paid invoice names its payment (payment_request_id, payment_id)',
      todo: 'if the account refunds by invoice_id, set policy.refundForm to "legacy"',
    },
  ]
}

async function chargeDifferences(
  gateway: PaymentGateway,
  { id, payment_id: paymentId }: Record<string, unknown>,
): Promise<Difference[]> {
  const payment = { invoiceId: String(id), paymentId: String(paymentId), paymentRequestId: null }
  try {
    await gateway.refundedIdr(payment)
    return []
  } catch (error) {
    if (!(error instanceof ProviderFailure) || error.outcome !== 'refused' || error.httpStatus === 401)
      throw error
    return [
      {
        fact: 'xendit.refunded-amount',
        says: `an e-wallet charge does not contain its refunded amount: ${error.code}`,
        todo: 'nothing, because laku waits policy.providerListLagMinutes for the list of refunds',
      },
    ]
  }
}

function unknownPaymentMethods(body: unknown): Difference[] {
  const { available_banks, available_ewallets, available_qr_codes, available_retail_outlets } = fieldsIn(body)
  const offered = distinct([
    ...rowsIn(available_banks).map((item) => item.bank_code),
    ...rowsIn(available_ewallets).map((item) => item.ewallet_type),
    ...rowsIn(available_qr_codes).map((item) => item.qr_code_type),
    ...rowsIn(available_retail_outlets).map((item) => item.retail_outlet_name),
  ])
  const unknown = offered.filter((code) => !Object.hasOwn(invoiceCeilings, code))
  if (unknown.length === 0) return []
  return [
    {
      fact: 'xendit.invoice-ceilings',
      says: `the account offers payment methods for which laku knows no maximum amount: ${unknown.join(', ')}`,
      todo: 'disable them in the dashboard, or ask the maintainers of laku to add their maximum amounts',
    },
  ]
}

function expectStatus(
  differences: Difference[],
  invoice: GatewayInvoice,
  wanted: string,
  after: string,
): void {
  if (invoice.status === wanted) return
  const says = `an invoice that was ${after} has the status ${invoice.status}, not ${wanted}`
  differences.push({
    says,
    todo: 'report it to the maintainers of laku: laku follows invoices by this status',
  })
}

const late = (how: string, timeoutMs: number): Difference => ({
  fact: 'xendit.list-lag',
  says: `the new invoice was not ${how} within ${timeoutMs / 1000} s`,
  todo: 'find out how late the provider’s lists are, and set policy.providerListLagMinutes above that',
})

/** Asks again and again until the condition holds. Returns true if it held before the time was over. */
async function within(timeoutMs: number, holds: () => Promise<boolean>): Promise<boolean> {
  const until = performance.now() + timeoutMs
  for (;;) {
    if (await holds()) return true
    if (performance.now() >= until) return false
    await pause(LOOK_AGAIN_MS)
  }
}
