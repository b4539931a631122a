import { sql } from 'kysely'
import { inSql, openStates, type Rupiah, type Tx } from '../../kernel/index.ts'
import { paidStates, paymentTransitions } from '../transitions.ts'

/**
 * Locks the payments whose money waits in these sessions' escrow. To be called before the sessions are
 * locked: a confirmation locks its payments first and then their sessions, so the other order would deadlock.
 */
export async function lockEscrowPayments(tx: Tx, sessionIds: readonly string[]): Promise<void> {
  await sql`
    select from payments where session_id = any(${sessionIds}::uuid[]) and status in ${inSql(paidStates)}
    order by id for no key update`.execute(tx)
}

/**
 * Locks the payments of a session, including those that may still be paid. A caller that refunds a whole
 * session needs this: otherwise a payment confirmed meanwhile could be locked by a transaction that waits for
 * the session.
 */
export async function lockSessionPayments(tx: Tx, sessionId: string): Promise<void> {
  await sql`
    select from payments
    where session_id = ${sessionId}::uuid and status in ${inSql(openStates(paymentTransitions))}
    order by id for no key update`.execute(tx)
}

export interface OrderPayment {
  id: string
  code: string
  status: string
  amountIdr: Rupiah
  /** The sum decided to be returned, rebates included. */
  returnedIdr: Rupiah
  createdAt: Date
}

/**
 * Locks the payments of an order; for an order of a session, those are its participant's payments. To be
 * called before the order is locked: a confirmation locks its payment first and then the order.
 */
export async function lockPaymentsOf(
  tx: Tx,
  order: { id: string; participantId: string | null },
): Promise<OrderPayment[]> {
  const { rows } = await sql<OrderPayment>`
    select id, code, status, amount_idr, returned_idr, created_at from payments
    where order_id = ${order.id}::uuid or participant_id = ${order.participantId}::uuid
    order by id for no key update`.execute(tx)
  return rows
}
