import { sql } from 'kysely'
import { type Rupiah, requireRunning, secondsAfter, type Work } from '../kernel/index.ts'
import { paymentErrors } from './errors.ts'
import type { GatewayInvoice, GatewayPayer } from './gateway.ts'
import { secondsLeft } from './rules.ts'

/**
 * One process at a time makes a payment's invoice. A process that died over it lets go after this long, longer than its
 * calls can take: a creation and two look-ups at 10 s each, with their retries.
 */
export const RESERVED_S = 60

/** The first look after a webhook that did not come; the looks after it double their distance. */
export const FIRST_CHECK_S = 180

export interface ReservedInvoice {
  paymentId: string
  code: string
  amountIdr: Rupiah
  expiresAt: Date
  payer: GatewayPayer
  /** When it was reserved: whose reservation it is. */
  reservedAt: Date
  /** Somebody tried before and never learned the outcome: look before making one. */
  mayExist: boolean
}

export type Opening =
  | { state: 'redirect'; url: string }
  | { state: 'paid' | 'expired' | 'review' }
  | { state: 'busy' }
  | { state: 'reserved'; invoice: ReservedInvoice }

interface Row {
  id: string
  code: string
  status: string
  amountIdr: Rupiah
  expiresAt: Date
  providerInvoiceUrl: string | null
  invoiceRequestedAt: Date | null
  name: string | null
  phone: string | null
  email: string | null
}

/**
 * Looks at a payment whose link was opened, and reserves its invoice where there is none yet and nobody makes it now.
 * @throws payment.not_found, kernel.paused
 */
export async function reserveInvoice(work: Work, code: string): Promise<Opening> {
  const row = await lockByCode(work, code)
  if (row.status === 'review') return { state: 'review' }
  if (row.status !== 'pending')
    return { state: row.status === 'expired' || row.status === 'failed' ? 'expired' : 'paid' }
  if (secondsLeft(row.expiresAt, work.now) < 1) return { state: 'expired' }
  if (row.providerInvoiceUrl) return { state: 'redirect', url: row.providerInvoiceUrl }
  if (isReserved(row.invoiceRequestedAt, work.now)) return { state: 'busy' }
  await requireRunning(work.tx, 'xendit')
  await work.tx
    .updateTable('payments')
    .set({ invoiceRequestedAt: work.now, nextCheckAt: firstCheckAt(row.expiresAt, work.now) })
    .where('id', '=', row.id)
    .execute()
  return { state: 'reserved', invoice: reservedOf(row, work.now) }
}

/** The row lock is the compare-and-set: whoever opens the link at the same moment waits for it and sees the reservation. */
async function lockByCode(work: Work, code: string): Promise<Row> {
  const { rows } = await sql<Row>`
    select p.id, p.code, p.status, p.amount_idr, p.expires_at, p.provider_invoice_url, p.invoice_requested_at,
      u.name, u.phone, u.email
    from payments p join users u on u.id = p.user_id where p.code = ${code} for no key update of p`.execute(
    work.tx,
  )
  const row = rows[0]
  if (!row) throw paymentErrors.not_found({ code })
  return row
}

function reservedOf(row: Row, reservedAt: Date): ReservedInvoice {
  const { id, code, amountIdr, expiresAt, name, phone, email, invoiceRequestedAt } = row
  const payer: GatewayPayer = {
    ...(name ? { name } : {}),
    ...(phone ? { phone } : {}),
    ...(email ? { email } : {}),
  }
  return {
    paymentId: id,
    code,
    amountIdr,
    expiresAt,
    payer,
    reservedAt,
    mayExist: invoiceRequestedAt !== null,
  }
}

export function isReserved(requestedAt: Date | null, now: Date): boolean {
  return requestedAt !== null && secondsAfter(requestedAt, RESERVED_S) > now
}

function firstCheckAt(expiresAt: Date, now: Date): Date {
  const first = secondsAfter(now, FIRST_CHECK_S)
  return first < expiresAt ? first : expiresAt
}

/** Writes down the invoice of a payment that knows none; returns the address of the one it knows now. */
export async function storeInvoice(
  work: Work,
  paymentId: string,
  invoice: Pick<GatewayInvoice, 'id' | 'invoiceUrl'>,
): Promise<string | null> {
  await work.tx
    .updateTable('payments')
    .set({ providerInvoiceId: invoice.id, providerInvoiceUrl: invoice.invoiceUrl })
    .where('id', '=', paymentId)
    .where('providerInvoiceId', 'is', null)
    .execute()
  const row = await work.tx
    .selectFrom('payments')
    .select('providerInvoiceUrl')
    .where('id', '=', paymentId)
    .executeTakeFirstOrThrow()
  return row.providerInvoiceUrl
}

/**
 * Gives a reservation back after a failure. Where nothing can have been made it is as if nobody had tried; where the outcome
 * is unknown the mark stays, as one that has run out: the next to come looks before making one.
 */
export async function giveBackInvoice(
  work: Work,
  { paymentId, reservedAt, expiresAt }: ReservedInvoice,
  mayExist: boolean,
): Promise<void> {
  const mark = mayExist
    ? { invoiceRequestedAt: secondsAfter(work.now, -RESERVED_S) }
    : { invoiceRequestedAt: null, nextCheckAt: expiresAt }
  await work.tx
    .updateTable('payments')
    .set(mark)
    .where('id', '=', paymentId)
    .where('providerInvoiceId', 'is', null)
    .where('invoiceRequestedAt', '=', reservedAt)
    .execute()
}
