import { sql } from 'kysely'
import { type Rupiah, secondsAfter, type Tx, type Work } from '../../kernel/index.ts'
import { requireRunning, takeCalls } from '../../ops/index.ts'
import { paymentErrors } from '../errors.ts'
import type { GatewayInvoice, GatewayPayer } from '../gateway.ts'
import { isContradicted } from '../payments/contradict.ts'
import { secondsLeft } from '../rules.ts'

/**
 * How long (s) one process has the sole right to make a payment's invoice. That is longer than its calls can
 * take: a creation and two look-ups at 10 s each, with their retries. So the reservation of a dead process
 * ends.
 */
export const RESERVED_S = 60

/**
 * Seconds until laku first checks an invoice whose webhook did not come; the wait doubles from check to
 * check.
 */
export const FIRST_CHECK_S = 30

export interface ReservedInvoice {
  paymentId: string
  code: string
  amountIdr: Rupiah
  expiresAt: Date
  payer: GatewayPayer
  /** The time of the reservation, which shows whose reservation it is. */
  reservedAt: Date
  /** True if the outcome of an earlier call is unknown: look for an invoice before making one. */
  mayExist: boolean
  /** Milliseconds until the payment's turn at the provider; negative once the turn has come. */
  turnInMs: number
}

export type Opening =
  | { state: 'redirect'; url: string }
  | { state: 'paid' | 'refunded' | 'expired' | 'review' }
  /**
   * A webhook calls the payment paid while its invoice reads otherwise: the buyer is not sent to pay again.
   */
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
 * Checks a payment whose link was opened, and reserves the making of its invoice if it has none and no
 * process is making one. If the provider's rate limit leaves no room, the payment gets a turn in the queue
 * and keeps it, however often the link is opened. A buyer's second unpaid payment gets no turn while other
 * buyers wait.
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
 * A process waits for a turn that is at most this far ahead (ms). A turn that nobody used for `TURN_KEPT_MS`
 * is lost.
 */
const SHORT_WAIT_MS = 1_500
const TURN_KEPT_MS = 120_000
/** The longest queue that is accepted: longer than any real queue, because a payment's hold ends before. */
const LONGEST_LINE_MS = 24 * 3_600_000

/**
 * Returns when a payment's invoice may be made, and its place in the queue. A payment takes its turn only
 * once. Turns run by real time.
 */
async function turnOf({ tx, policy, now }: Work, row: Row): Promise<{ inMs: number; place: number }> {
  const perMinute = policy.xenditCallsPerMinute
  const placeOf = (inMs: number) => Math.max(1, Math.ceil((inMs * perMinute) / 60_000))
  if (row.turnInMs !== null && row.turnInMs > -TURN_KEPT_MS)
    return { inMs: row.turnInMs, place: placeOf(row.turnInMs) }
  const pace = { endpoint: 'xendit:create_invoice', perMinute }
  // A buyer who has an unpaid invoice comes after all buyers who have none. The next payment of that buyer
  // takes a turn only if one is free at once.
  const withinMs = (await isFirst(tx, row, now)) ? LONGEST_LINE_MS : SHORT_WAIT_MS
  const { count, lastInMs } = await takeCalls(tx, pace, { wanted: 1, withinMs })
  if (count === 0) return { inMs: Math.max(lastInMs, SHORT_WAIT_MS + 1), place: placeOf(lastInMs) }
  await sql`
    update payments set invoice_turn_at = clock_timestamp() + ${lastInMs / 1000}::float8 * interval '1 second'
    where id = ${row.id}`.execute(tx)
  return { inMs: lastInMs, place: placeOf(lastInMs) }
}

/**
 * Returns true if the buyer has no other unpaid payment with an invoice, or with a turn for one. A lock makes
 * concurrent payments of one buyer check this one after the other.
 */
async function isFirst(tx: Tx, { id, userId }: Row, now: Date): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`invoices ${userId}`}, 0))`.execute(tx)
  const { rows } = await sql`
    select from payments where user_id = ${userId} and id <> ${id} and status = 'pending' and expires_at > ${now}
      and (invoice_turn_at is not null or invoice_requested_at is not null) limit 1`.execute(tx)
  return rows.length === 0
}

/**
 * Locks the payment of this code. The row lock works as compare-and-set: a second opening of the link at the
 * same moment waits for the lock and then sees the reservation.
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

/** Stores the invoice of a payment that has none yet, and returns the URL of the stored invoice. */
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
 * Releases an invoice reservation after a failure. If no invoice can have been made, nothing is left of the
 * reservation. If the outcome is unknown, the reservation stays as one that has run out: the next process
 * looks for an invoice before making one.
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
