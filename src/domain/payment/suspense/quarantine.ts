import { sql } from 'kysely'
import { insertRows, newId, type Rupiah, sumIdr, type Work } from '../../kernel/index.ts'
import { credit, debit, post } from '../../ledger/index.ts'
import { recordLostReference } from '../../suspense/index.ts'
import { type PaidIds, unknownIds } from '../payments/paid-ids.ts'

export type UnappliedKind = 'wrong_amount' | 'paid_twice' | 'unknown'

/** Money that came in for an invoice and that matches no expected payment. */
export interface UnappliedFunds {
  kind: UnappliedKind
  /** The provider's id of the invoice that was paid. The money is booked only once under this id. */
  invoiceId: string
  /** The payment of ours for which the paid invoice was made; undefined if there is none. */
  payment: { id: string; code: string; amountIdr: Rupiah } | undefined
  amountIdr: Rupiah
  paidAt: Date
  channel: string | null
  paid?: PaidIds | undefined
  details?: Record<string, unknown>
  /** The invoice's reference at the provider. */
  externalId?: string | undefined
  /** The message to staff about the money, if its kind does not explain enough. */
  message?: string
}

/**
 * Books money that matches no expected payment into quarantine, where it waits for staff. Staff are notified
 * once of each sum. A second call with the same money changes nothing. Nothing is sent back automatically:
 * only a person can tell a buyer's second payment from a provider's mistake.
 */
export async function quarantine(work: Work, unappliedFunds: readonly UnappliedFunds[]): Promise<Rupiah> {
  // If an invoice's money is already in quarantine, nothing is added here, even if the invoice's paid amount
  // is higher now. The comparison with the provider's transaction list later finds the additional money.
  const { rows: known } = await sql<{ id: string }>`
    select provider_invoice_id as id from quarantined_money where provider_invoice_id = any(${unappliedFunds.map((unapplied) => unapplied.invoiceId)})`.execute(
    work.tx,
  )
  const before = new Set(known.map((row) => row.id))
  const unique = new Map(
    unappliedFunds
      .filter((unapplied) => !before.has(unapplied.invoiceId))
      .map((unapplied) => [keyOf(unapplied), { ...unapplied, id: newId() }]),
  )
  const posted = await post(
    work,
    [...unique].map(([key, { id, payment, amountIdr }]) => ({
      key,
      kind: 'payment.quarantined',
      subject: payment ? ['payment', payment.id] : ['quarantine', id],
      entries: [debit('gateway', amountIdr), credit('quarantine', amountIdr)],
    })),
  )
  const fresh = [...unique].filter(([key]) => posted.has(key)).map(([, unapplied]) => unapplied)
  await insertRows(
    work.tx,
    'quarantinedMoney',
    fresh.map(({ id, kind, payment, invoiceId, channel, paid, paidAt, amountIdr }) => ({
      id,
      kind,
      paymentId: payment?.id ?? null,
      providerInvoiceId: invoiceId,
      channel,
      ...(paid ?? unknownIds),
      paidAt,
      amountIdr,
      status: 'waiting',
      createdAt: work.now,
    })),
  )
  for (const unapplied of fresh) {
    reportUnapplied(work, unapplied)
    const { kind, invoiceId: providerId, externalId: reference = null } = unapplied
    if (kind === 'unknown') await recordLostReference(work, { reference, providerId })
  }
  return sumIdr(fresh.map((unapplied) => unapplied.amountIdr))
}

const keyOf = ({ invoiceId }: UnappliedFunds) => `invoice:${invoiceId}:quarantined`

function reportUnapplied(
  work: Work,
  { id, kind, payment, invoiceId, amountIdr, details, message: said }: UnappliedFunds & { id: string },
): void {
  const code = payment?.code
  const message = {
    wrong_amount: `${code} was paid with another amount. Apply the money to the payment or a wallet, or refund it.`,
    paid_twice: `${code} was paid a second time, on a second invoice. Put the money into a wallet, or refund it.`,
    unknown:
      'Somebody paid an invoice that laku does not know. Find out who paid, then apply the money or refund it.',
  }[kind]
  const ours = payment && { paymentId: payment.id, code, expectedIdr: payment.amountIdr }
  work.requestAttention({
    kind: `payment_${kind}`,
    subject: kind === 'wrong_amount' && payment ? ['payment', payment.id] : ['invoice', invoiceId],
    message: said ?? message,
    command: `laku payments quarantine apply ${id}`,
    details: { quarantineId: id, invoiceId, amountIdr, ...ours, ...details },
  })
}
