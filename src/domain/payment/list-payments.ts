import { type RawBuilder, sql } from 'kysely'
import { idOrCode, type Rupiah, type Tx } from '../kernel/index.ts'
import { paymentErrors } from './errors.ts'

/** A payment as staff see it. */
export interface StaffPayment {
  id: string
  code: string
  status: string
  amountIdr: Rupiah
  method: string
  channel: string | null
  userId: string
  sessionId: string | null
  participantId: string | null
  orderId: string | null
  paidAmountIdr: Rupiah | null
  returnedIdr: Rupiah
  refundedIdr: Rupiah
  createdAt: Date
  paidAt: Date | null
  expiresAt: Date
}

export interface RefundLine {
  id: string
  code: string
  status: string
  amountIdr: Rupiah
  destination: string
  reason: string
  createdAt: Date
  finishedAt: Date | null
}

export interface StaffPaymentFilter {
  status?: string | undefined
  sessionId?: string | undefined
  orderId?: string | undefined
  userId?: string | undefined
  createdSince?: Date | undefined
  limit: number
  cursor?: string | undefined
}

async function payments(tx: Tx, where: RawBuilder<unknown>, limit: number): Promise<StaffPayment[]> {
  const { rows } = await sql<StaffPayment>`
    select p.id, p.code, p.status, p.amount_idr, p.method, p.channel, p.user_id, p.session_id, p.participant_id, p.order_id,
      p.paid_amount_idr, p.returned_idr, p.refunded_idr, p.created_at, p.paid_at, p.expires_at
    from payments p where ${where} order by p.id desc limit ${limit}`.execute(tx)
  return rows
}

/** Payments for staff, newest first, a keyset page at a time. */
export async function listPayments(
  tx: Tx,
  filter: StaffPaymentFilter,
): Promise<{ data: StaffPayment[]; nextCursor: string | null }> {
  const wheres = [sql`true`]
  if (filter.status) wheres.push(sql`p.status = ${filter.status}`)
  if (filter.sessionId) wheres.push(sql`p.session_id = ${filter.sessionId}::uuid`)
  if (filter.orderId) wheres.push(sql`p.order_id = ${filter.orderId}::uuid`)
  if (filter.userId) wheres.push(sql`p.user_id = ${filter.userId}::uuid`)
  if (filter.createdSince) wheres.push(sql`p.created_at >= ${filter.createdSince}`)
  if (filter.cursor) wheres.push(sql`p.id < ${filter.cursor}::uuid`)
  const rows = await payments(tx, sql.join(wheres, sql` and `), filter.limit + 1)
  const data = rows.slice(0, filter.limit)
  return { data, nextCursor: rows.length > filter.limit ? (data.at(-1)?.id ?? null) : null }
}

/**
 * One payment for staff, by its id or its code, with its refunds.
 * @throws payment.not_found
 */
export async function showPayment(tx: Tx, named: string): Promise<StaffPayment & { refunds: RefundLine[] }> {
  const key = idOrCode(named)
  const [payment] = await payments(tx, 'id' in key ? sql`p.id = ${key.id}` : sql`p.code = ${key.code}`, 1)
  if (!payment) throw paymentErrors.not_found({ payment: named })
  const refunds = await tx
    .selectFrom('refunds')
    .select(['id', 'code', 'status', 'amountIdr', 'destination', 'reason', 'createdAt', 'finishedAt'])
    .where('paymentId', '=', payment.id)
    .orderBy('id')
    .execute()
  return { ...payment, refunds }
}
