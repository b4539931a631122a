import { sql } from 'kysely'
import { inSql, openStates, type Rupiah, type Tx } from '../../kernel/index.ts'
import { type PaymentStatus, paidStates, paymentTransitions } from '../transitions.ts'

/**
 * Locks the payments whose money is in the escrow of these sessions. Call it before locking the sessions: a
 * payment's confirmation also locks payments before sessions, so another sequence could deadlock.
 */
export async function lockEscrowPayments(tx: Tx, sessionIds: readonly string[]): Promise<void> {
  await sql`
    select from payments where session_id = any(${sessionIds}::uuid[]) and status in ${inSql(paidStates)}
    order by id for no key update`.execute(tx)
}

/**
 * Locks the payments of a session, including those that may still be paid. Call it before a whole session is
 * refunded. Otherwise the refund could deadlock with the confirmation of a payment.
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
  status: PaymentStatus
  amountIdr: Rupiah
  /** The sum of the refunds and rebates decided for this payment. */
  returnedIdr: Rupiah
  createdAt: Date
}

/**
 * Locks the payments of an order; for a session's order, the payments of its participant. Call it before
 * locking the order: a payment's confirmation also locks the payment first.
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
