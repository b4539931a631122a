import { sql } from 'kysely'
import { type Rupiah, secondsAfter, type Tx, type Work } from '../../kernel/index.ts'
import { requireRunning, takeCalls } from '../../ops/index.ts'
import { paymentErrors } from '../errors.ts'
import type { GatewayInvoice, GatewayPayer } from '../gateway.ts'
import { isContradicted } from '../payments/contradict.ts'
import { secondsLeft } from '../rules.ts'
import { lapsedStates, type PaymentStatus } from '../transitions.ts'

/**
 * The time (s) for which only one process may make a payment's invoice. It is longer than a creation and two
 * look-ups at Xendit can take (10 s each, with retries). If that process dies, another may make the invoice
 * after this time.
 */
export const RESERVED_S = 60

/**
 * The wait (s) before laku first asks about an invoice whose webhook did not come. The wait doubles from
 * check to check.
 */
export const FIRST_CHECK_S = 30

export interface ReservedInvoice {
  paymentId: string
  code: string
  amountIdr: Rupiah
  expiresAt: Date
  payer: GatewayPayer
  /** The time when a process reserved the making of the invoice. It identifies that process's reservation. */
  reservedAt: Date
  /**
   * True if the outcome of an earlier call is unknown. The invoice may exist, so laku looks for it before it
   * makes one.
   */
  mayExist: boolean
  /**
   * The time (ms) until Xendit's rate limit allows laku to make this payment's invoice. It is negative if
   * laku may make the invoice already.
   */
  turnInMs: number
}

export type Opening =
  | { state: 'redirect'; url: string }
  | { state: 'paid' | 'refunded' | 'expired' | 'review' }
  /**
   * A webhook says that the payment is paid, and its invoice says that it is not. So the buyer is not sent to
   * pay again.
   */
  | { state: 'checking' }
  | { state: 'waiting'; place: number; waitS: number }
  | { state: 'busy' }
  | { state: 'reserved'; invoice: ReservedInvoice }

interface Row {
  id: string
  code: string
  status: PaymentStatus
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
 * Checks a payment whose link was opened. Reserves the making of its invoice, if it has none and no other
 * process is making one. If Xendit's rate limit allows no invoice now, the payment gets a place in a queue
 * and keeps it when the link is opened again.
 * @throws payment.not_found, kernel.paused
 */
export async function reserveInvoice(work: Work, code: string): Promise<Opening> {
  const row = await lockByCode(work, code)
  if (row.status === 'review') return { state: 'review' }
  if (row.status === 'refunded') return { state: 'refunded' }
  if (row.status !== 'pending') return { state: lapsedStates.includes(row.status) ? 'expired' : 'paid' }
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
 * If a payment's turn in the queue for invoices comes within this time (ms), the process waits for it. If the
 * turn comes later, the buyer is told to wait. A turn that nobody uses within `TURN_KEPT_MS` is lost.
 */
const SHORT_WAIT_MS = 1_500
const TURN_KEPT_MS = 120_000
/**
 * The maximum time (ms) that a payment may wait in the queue for invoices: 24 hours. In practice no payment
 * waits that long, because it expires earlier.
 */
const LONGEST_LINE_MS = 24 * 3_600_000

/**
 * Returns when a payment's invoice may be made, and the payment's place in the queue for invoices. A payment
 * gets a place only once. The times are real times, even if laku's clock is shifted in development.
 */
async function turnOf({ tx, policy, now }: Work, row: Row): Promise<{ inMs: number; place: number }> {
  const perMinute = policy.xenditCallsPerMinute
  const placeOf = (inMs: number) => Math.max(1, Math.ceil((inMs * perMinute) / 60_000))
  if (row.turnInMs !== null && row.turnInMs > -TURN_KEPT_MS)
    return { inMs: row.turnInMs, place: placeOf(row.turnInMs) }
  const pace = { endpoint: 'xendit:create_invoice', perMinute }
  // Buyers without an unpaid invoice come first. So if the buyer already has one, this invoice is made only
  // if its turn comes within `SHORT_WAIT_MS`.
  const withinMs = (await isFirst(tx, row, now)) ? LONGEST_LINE_MS : SHORT_WAIT_MS
  const { count, lastInMs } = await takeCalls(tx, pace, { wanted: 1, withinMs })
  if (count === 0) return { inMs: Math.max(lastInMs, SHORT_WAIT_MS + 1), place: placeOf(lastInMs) }
  await sql`
    update payments set invoice_turn_at = clock_timestamp() + ${lastInMs / 1000}::float8 * interval '1 second'
    where id = ${row.id}`.execute(tx)
  return { inMs: lastInMs, place: placeOf(lastInMs) }
}

/**
 * Returns true if the buyer has no other unpaid payment that has an invoice or a place in the queue for one.
 * A lock on the buyer is taken first. So if two payments of one buyer are opened at once, the result is true
 * for only one of them.
 */
async function isFirst(tx: Tx, { id, userId }: Row, now: Date): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`invoices ${userId}`}, 0))`.execute(tx)
  const { rows } = await sql`
    select from payments where user_id = ${userId} and id <> ${id} and status = 'pending' and expires_at > ${now}
      and (invoice_turn_at is not null or invoice_requested_at is not null) limit 1`.execute(tx)
  return rows.length === 0
}

/**
 * Locks the payment with this code. If its link is opened twice at once, the second opening waits here and
 * then finds the reservation of the first.
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

/**
 * Stores an invoice with its payment, if the payment has none yet. Returns the URL of the invoice that is now
 * stored.
 */
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
 * Ends the reservation of a payment's invoice after a failure. If an invoice may exist at Xendit, the
 * reservation is not deleted but marked as expired. The next process then looks for that invoice before it
 * makes one.
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
