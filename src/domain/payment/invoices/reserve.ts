import { sql } from 'kysely'
import { type Rupiah, secondsAfter, type Tx, type Work } from '../../kernel/index.ts'
import { requireRunning, takeCalls } from '../../ops/index.ts'
import { paymentErrors } from '../errors.ts'
import type { GatewayInvoice, GatewayPayer } from '../gateway.ts'
import { isContradicted } from '../payments/contradict.ts'
import { secondsLeft } from '../rules.ts'

/**
 * One process at a time makes a payment's invoice. The reservation of a dead process ends after this long,
 * longer than its calls can take: a creation and two look-ups at 10 s each, with their retries.
 */
export const RESERVED_S = 60

/** The first look after a webhook that did not come; the looks after it double their distance. */
export const FIRST_CHECK_S = 30

export interface ReservedInvoice {
  paymentId: string
  code: string
  amountIdr: Rupiah
  expiresAt: Date
  payer: GatewayPayer
  /** When it was reserved: whose reservation it is. */
  reservedAt: Date
  /** An earlier try never learned its outcome, so look for an invoice before making one. */
  mayExist: boolean
  /** Milliseconds until the payment's turn at the provider; negative once the turn has come. */
  turnInMs: number
}

export type Opening =
  | { state: 'redirect'; url: string }
  | { state: 'paid' | 'refunded' | 'expired' | 'review' }
  /** A webhook calls it paid, and its invoice reads otherwise: nobody is sent to pay again. */
  | { state: 'checking' }
  | { state: 'waiting'; place: number; waitS: number }
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
  turnInMs: number | null
  userId: string
  contradictedAt: Date | null
  contradictionDecidedAt: Date | null
}

/**
 * Looks at a payment whose link was opened, and reserves its invoice where there is none yet and nobody makes
 * it now. Where the provider's limit leaves no room, the payment gets its turn in the line and keeps it,
 * however often the link is opened; a buyer's second unpaid one has none while others wait.
 * @throws payment.not_found, kernel.paused
 */
export async function reserveInvoice(work: Work, code: string): Promise<Opening> {
  const row = await lockByCode(work, code)
  if (row.status === 'review') return { state: 'review' }
  if (row.status === 'refunded') return { state: 'refunded' }
  if (row.status !== 'pending')
    return { state: row.status === 'expired' || row.status === 'failed' ? 'expired' : 'paid' }
  if (isContradicted(row)) return { state: 'checking' }
  if (secondsLeft(row.expiresAt, work.now) < 1) return { state: 'expired' }
  if (row.providerInvoiceUrl) return { state: 'redirect', url: row.providerInvoiceUrl }
  if (isReserved(row.invoiceRequestedAt, work.now)) return { state: 'busy' }
  await requireRunning(work.tx, 'xendit')
  const { inMs, place } = await turnOf(work, row)
  if (inMs > SHORT_WAIT_MS) return { state: 'waiting', place, waitS: Math.ceil(inMs / 1000) }
  await work.tx
    .updateTable('payments')
    .set({ invoiceRequestedAt: work.now, nextCheckAt: firstCheckAt(row.expiresAt, work.now) })
    .where('id', '=', row.id)
    .execute()
  return { state: 'reserved', invoice: reservedOf(row, work.now, inMs) }
}

/**
 * The process waits for a turn that is at most this near; a turn that nobody used for `TURN_KEPT_MS` is lost.
 */
const SHORT_WAIT_MS = 1_500
const TURN_KEPT_MS = 120_000
/** Longer than any line: a hold ends before. */
const LONGEST_LINE_MS = 24 * 3_600_000

/**
 * When this payment's invoice may be made, and how many turns are before it: its turn is taken once, the real
 * time counts.
 */
async function turnOf({ tx, policy, now }: Work, row: Row): Promise<{ inMs: number; place: number }> {
  const perMinute = policy.xenditCallsPerMinute
  const placeOf = (inMs: number) => Math.max(1, Math.ceil((inMs * perMinute) / 60_000))
  if (row.turnInMs !== null && row.turnInMs > -TURN_KEPT_MS)
    return { inMs: row.turnInMs, place: placeOf(row.turnInMs) }
  const pace = { endpoint: 'xendit:create_invoice', perMinute }
  // A buyer who has an unpaid invoice comes after all buyers who have none. Their next payment takes a turn
  // only where one is free at once.
  const withinMs = (await isFirst(tx, row, now)) ? LONGEST_LINE_MS : SHORT_WAIT_MS
  const { count, lastInMs } = await takeCalls(tx, pace, { wanted: 1, withinMs })
  if (count === 0) return { inMs: Math.max(lastInMs, SHORT_WAIT_MS + 1), place: placeOf(lastInMs) }
  await sql`
    update payments set invoice_turn_at = clock_timestamp() + ${lastInMs / 1000}::float8 * interval '1 second'
    where id = ${row.id}`.execute(tx)
  return { inMs: lastInMs, place: placeOf(lastInMs) }
}

/**
 * True where the buyer has no other unpaid payment that has an invoice, or a turn for one. A lock makes the
 * payments of one buyer ask one after the other.
 */
async function isFirst(tx: Tx, { id, userId }: Row, now: Date): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`invoices ${userId}`}, 0))`.execute(tx)
  const { rows } = await sql`
    select from payments where user_id = ${userId} and id <> ${id} and status = 'pending' and expires_at > ${now}
      and (invoice_turn_at is not null or invoice_requested_at is not null) limit 1`.execute(tx)
  return rows.length === 0
}

/**
 * The row lock is the compare-and-set: a second opening of the link at the same moment waits for the lock and
 * then sees the reservation.
 */
async function lockByCode(work: Work, code: string): Promise<Row> {
  const { rows } = await sql<Row>`
    select p.id, p.code, p.status, p.amount_idr - p.wallet_idr as amount_idr, p.expires_at, p.provider_invoice_url, p.invoice_requested_at,
      extract(epoch from p.invoice_turn_at - clock_timestamp())::float8 * 1000 as turn_in_ms, p.user_id, u.name, u.phone, u.email,
      p.contradicted_at, p.contradiction_decided_at
    from payments p join users u on u.id = p.user_id where p.code = ${code} for no key update of p`.execute(
    work.tx,
  )
  const row = rows[0]
  if (!row) throw paymentErrors.not_found({ code })
  return row
}

function reservedOf(row: Row, reservedAt: Date, turnInMs: number): ReservedInvoice {
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
    turnInMs,
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
 * Gives a reservation back after a failure. Where nothing can have been made it is as if nobody had tried;
 * where the outcome is unknown the mark stays, as one that has run out: the next to come looks before making
 * one.
 */
export async function giveBackInvoice(
  work: Work,
  { paymentId, reservedAt, expiresAt }: ReservedInvoice,
  mayExist: boolean,
): Promise<void> {
  await work.tx
    .updateTable('payments')
    .set({
      invoiceRequestedAt: mayExist ? secondsAfter(work.now, -RESERVED_S) : null,
      invoiceTurnAt: null,
      nextCheckAt: mayExist ? undefined : expiresAt,
    })
    .where('id', '=', paymentId)
    .where('providerInvoiceId', 'is', null)
    .where('invoiceRequestedAt', '=', reservedAt)
    .execute()
}
