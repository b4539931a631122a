import { sql } from 'kysely'
import type { Work } from '../../kernel/index.ts'
import type { GatewayInvoice } from '../gateway.ts'
import { type Confirmation, type ConfirmationOutcome, confirmPayments } from '../payments/confirm.ts'
import { contradictPayments } from '../payments/contradict.ts'
import { expirePayments } from '../payments/expire.ts'
import { type LockedPayment, lockWholly } from '../payments/lock.ts'
import type { PaidIds } from '../payments/paid-ids.ts'
import { channelOf } from '../rules.ts'
import { quarantine, type UnappliedFunds } from '../suspense/quarantine.ts'

export const isPaid = (invoice: GatewayInvoice) => invoice.status === 'PAID' || invoice.status === 'SETTLED'

export interface FollowedInvoices {
  outcomes: { paymentId: string; outcome: ConfirmationOutcome }[]
  expired: string[]
  /**
   * The contradicted payments, by the ids of their invoices. A webhook says that such an invoice is paid,
   * while the invoice read from Xendit says otherwise.
   */
  contradicted: Map<string, ContradictedPayment>
}

export interface ContradictedPayment {
  id: string
  code: string
  /**
   * The state of a contradicted payment. `waits`: it stays open until Xendit's webhook and invoice agree, or
   * a person decides. `decided`: a person has decided. `over`: the payment ended before the contradiction was
   * found.
   */
  state: 'waits' | 'decided' | 'over'
}

/**
 * Updates payments from invoices read from Xendit: PAID is posted, EXPIRED ends the payment. Money on an
 * invoice that is not laku's goes to quarantine (money without a matching payment). An invoice in
 * `calledPaid` is paid according to a webhook: its payment stays open, even if the invoice says otherwise.
 */
export async function confirmInvoices(
  work: Work,
  invoices: readonly GatewayInvoice[],
  calledPaid: ReadonlySet<string> = new Set(),
): Promise<FollowedInvoices> {
  const unique = [...new Map(invoices.map((invoice) => [invoice.id, invoice])).values()]
  if (unique.length === 0) return { outcomes: [], expired: [], contradicted: new Map() }
  const known = await paymentsOf(work, unique)
  const locked = await lockWholly(
    work.tx,
    [...known.values()].map((payment) => payment.id),
  )
  // If two invoices of one payment were paid, the invoice that is stored with the payment is posted first.
  // The other counts as a second payment.
  const first: Confirmation[] = []
  const second: Confirmation[] = []
  const unappliedFunds: UnappliedFunds[] = []
  const over: string[] = []
  const contradicted = new Map<string, ContradictedPayment>()
  for (const invoice of unique) {
    const payment = known.get(invoice.id)
    const stored = payment?.providerInvoiceId === invoice.id
    if (!isPaid(invoice)) {
      const row = payment && locked.get(payment.id)
      if (row && calledPaid.has(invoice.id)) contradicted.set(invoice.id, contradictedBy(row))
      if (invoice.status === 'EXPIRED' && payment && stored) over.push(payment.id)
    } else if (payment) (stored ? first : second).push(confirmationOf(work, payment.id, invoice))
    else unappliedFunds.push(unknownMoney(work, invoice))
  }
  const confirmations = [...first, ...second]
  const outcomes = await confirmPayments(work, confirmations)
  const paidNow = new Set(confirmations.map((confirmation) => confirmation.paymentId))
  await contradictPayments(
    work,
    [...contradicted.values()]
      .map((contradictedPayment) => contradictedPayment.id)
      .filter((id) => !paidNow.has(id)),
  )
  const expired = await expirePayments(
    work,
    over.filter((id) => !paidNow.has(id)),
  )
  if (unappliedFunds.length > 0) await quarantine(work, unappliedFunds)
  return { outcomes, expired, contradicted }
}

function contradictedBy(payment: LockedPayment): ContradictedPayment {
  const { id, code, status, contradictionDecidedAt } = payment
  if (contradictionDecidedAt) return { id, code, state: 'decided' }
  return { id, code, state: status === 'pending' ? 'waits' : 'over' }
}

interface Known {
  id: string
  code: string
  providerInvoiceId: string | null
}

/**
 * Returns the payment that each invoice belongs to, by the invoice's id. An invoice that lacks laku's code is
 * matched by its id alone.
 */
async function paymentsOf(work: Work, invoices: readonly GatewayInvoice[]): Promise<Map<string, Known>> {
  const codes = invoices.map((invoice) => invoice.externalId).filter((code) => code !== '')
  const nameless = invoices.filter((invoice) => invoice.externalId === '').map((invoice) => invoice.id)
  const { rows } = await sql<Known>`
    select id, code, provider_invoice_id from payments where code = any(${codes})
    union select id, code, provider_invoice_id from payments where provider_invoice_id = any(${nameless})`.execute(
    work.tx,
  )
  const byCode = new Map(rows.map((row) => [row.code, row]))
  const byInvoice = new Map(rows.map((row) => [row.providerInvoiceId, row]))
  return new Map(
    invoices.flatMap(({ id, externalId }) => {
      const payment = externalId === '' ? byInvoice.get(id) : byCode.get(externalId)
      return payment ? [[id, payment]] : []
    }),
  )
}

function confirmationOf(work: Work, paymentId: string, invoice: GatewayInvoice): Confirmation {
  return {
    paymentId,
    paidAmountIdr: invoice.paidAmountIdr ?? invoice.amountIdr,
    paidAt: invoice.paidAt ?? work.now,
    channel: channelOf(invoice),
    invoiceId: invoice.id,
    paid: paidIds(invoice),
  }
}

const paidIds = ({ paymentId, paymentRequestId, paymentSource }: GatewayInvoice): PaidIds => ({
  providerPaymentId: paymentId ?? null,
  providerPaymentRequestId: paymentRequestId ?? null,
  paymentSource: paymentSource ?? null,
})

function unknownMoney(work: Work, invoice: GatewayInvoice): UnappliedFunds {
  return {
    kind: 'unknown',
    invoiceId: invoice.id,
    payment: undefined,
    amountIdr: invoice.paidAmountIdr ?? invoice.amountIdr,
    paidAt: invoice.paidAt ?? work.now,
    channel: channelOf(invoice),
    paid: paidIds(invoice),
    externalId: invoice.externalId,
    details: { externalId: invoice.externalId },
  }
}
