import { sql } from 'kysely'
import { asRecords, moveState, newId, type Tx, type Work } from '../../kernel/index.ts'
import { type ReservationStatus, reservationMachine } from '../transitions.ts'
import type { StockLine } from './rules.ts'

/** A number of pieces of a variant, reserved for a session or an order. */
export interface ReservationLine extends StockLine {
  subjectKind: 'session' | 'order'
  subjectId: string
}

/** Returns the open reservations of these sessions and orders. */
export async function openReservations(
  tx: Tx,
  subjectIds: readonly string[],
): Promise<{ subjectId: string; variantId: string; quantity: number }[]> {
  const { rows } = await sql<{ subjectId: string; variantId: string; quantity: number }>`
    select subject_id, variant_id, quantity from stock_reservations
    where subject_id = any(${[...subjectIds]}::uuid[]) and status = 'open' order by variant_id`.execute(tx)
  return rows
}

/** Returns the pieces reserved for a session now, by variant. */
export async function reservedFor(tx: Tx, sessionId: string): Promise<Map<string, number>> {
  const rows = await openReservations(tx, [sessionId])
  return new Map(rows.map((row) => [row.variantId, row.quantity]))
}

/**
 * Creates reservations of stock, or adds pieces to reservations that are already open. The caller has locked
 * the stock, and records the stock movements.
 */
export async function growReservations(work: Work, lines: readonly ReservationLine[]): Promise<void> {
  if (lines.length === 0) return
  const rows = lines.map((line) => ({ id: newId(), ...line, status: 'open', createdAt: work.now }))
  await sql`
    insert into stock_reservations
    select * from jsonb_populate_recordset(null::stock_reservations, ${asRecords(rows)}::jsonb)
    on conflict (subject_id, variant_id) where status = 'open'
    do update set quantity = stock_reservations.quantity + excluded.quantity`.execute(work.tx)
}

/**
 * Reduces a session's open reservations of stock. If no piece of a reservation is left, the reservation gets
 * the status that `ended` names. Returns the variants that had enough reserved pieces. For all other variants
 * nothing is changed.
 */
export async function shrinkReservations(
  work: Work,
  sessionId: string,
  lines: readonly StockLine[],
  ended: Exclude<ReservationStatus, 'open'>,
): Promise<Set<string>> {
  const rows = await moveState(work, reservationMachine, {
    to: sql<ReservationStatus>`case when t.quantity > l.quantity then t.status else ${sql.lit(ended)} end`,
    from: 'open',
    stays: true,
    set: {
      quantity: sql`case when t.quantity > l.quantity then t.quantity - l.quantity else t.quantity end`,
      closedAt: sql`case when t.quantity > l.quantity then null else ${work.now}::timestamptz end`,
    },
    using: sql`jsonb_to_recordset(${asRecords(lines)}::jsonb) as l(variant_id uuid, quantity integer)`,
    where: sql`t.subject_id = ${sessionId} and t.subject_kind = 'session' and t.status = 'open'
      and t.variant_id = l.variant_id and t.quantity >= l.quantity`,
    returning: sql<{ variantId: string }>`t.variant_id`,
  })
  return new Set(rows.map((row) => row.variantId))
}
