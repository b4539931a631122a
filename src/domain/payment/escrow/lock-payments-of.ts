import { sql } from 'kysely'
import { inSql, openStates, type Rupiah, type Tx } from '../../kernel/index.ts'
import { paidStates, paymentTransitions } from '../transitions.ts'

/**
 * Locks the payments whose money waits in these sessions' escrow. To be called before the sessions are
 * locked: a confirmation holds its payments first and then asks for their sessions, and the other way round
 * the two would wait in a ring.
 */
export async function lockEscrowPayments(tx: Tx, sessionIds: readonly string[]): Promise<void> {
  await sql`
    select from payments where session_id = any(${sessionIds}::uuid[]) and status in ${inSql(paidStates)}
    order by id for no key update`.execute(tx)
}

/**
 * Locks the payments of a session, including those that may still be paid. A caller that refunds a whole
 * session needs this: a payment confirmed meanwhile would be locked by a transaction that waits for the
 * session.
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
  /** Decided to go back, and rebates. */
  returnedIdr: Rupiah
  createdAt: Date
}

/**
 * Locks the payments of an order, its participant's for one of a session. To be called before the order is
 * locked: a confirmation holds its payment first and then asks for the order.
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
