import { type RawBuilder, sql } from 'kysely'
import {
  idOrCode,
  inSql,
  pageOf,
  type Rupiah,
  requireCustomer,
  type Tx,
  type Work,
} from '../../kernel/index.ts'
import { paymentErrors } from '../errors.ts'
import { type PaidBy, type RefundDestination, waysBack } from '../rules.ts'
import { type PaymentStatus, paidStates, type RefundStatus } from '../transitions.ts'
import type { Payment } from '../views.ts'

/** A payment as staff see it. */
export interface PaymentDetail extends Payment {
  status: PaymentStatus
  channel: string | null
  providerInvoiceId: string | null
  paidAmountIdr: Rupiah | null
  paidAt: Date | null
  refundedIdr: Rupiah
  createdAt: Date
}

export interface RefundLine {
  id: string
  code: string
  amountIdr: Rupiah
  reason: string
  destination: string
  status: RefundStatus
  attempt: number
  failureCode: string | null
  createdAt: Date
  finishedAt: Date | null
}

const columns = sql`
  id, code, user_id, session_id, participant_id, order_id, amount_idr, wallet_idr, method, status, channel, provider_invoice_id,
  paid_amount_idr, paid_at, refunded_idr, expires_at, created_at`

/**
 * Returns one of the acting customer's own payments, by id or code.
 * @throws payment.not_found, for another customer's too; kernel.forbidden
 */
export async function getPayment(work: Work, idOrCodeText: string): Promise<PaymentDetail> {
  const userId = requireCustomer(work.actor)
  return await findPayment(work.tx, idOrCodeText, sql`user_id = ${userId}::uuid`)
}

/**
 * Returns where the money would go if all that is left of a payment were refunded now. The buyer is told this
 * destination. Null if nothing is left. The part that the wallet paid always goes back into the wallet.
 */
export async function refundTo(work: Work, paymentId: string): Promise<RefundDestination | null> {
  const { rows } = await sql<PaidBy & { leftIdr: Rupiah; returnedIdr: Rupiah }>`
    select method, channel, payment_source, paid_at, amount_idr, wallet_idr, returned_idr, paid_amount_idr, charged_back_idr,
      case when status in ${inSql(paidStates)} then amount_idr - returned_idr else 0 end as left_idr
    from payments where id = ${paymentId}::uuid`.execute(work.tx)
  const [paid] = rows
  if (!paid || paid.leftIdr <= 0) return null
  return waysBack(paid, paid.leftIdr, work).sourceIdr > 0 ? 'source' : 'wallet'
}

async function findPayment(tx: Tx, idOrCodeText: string, whose: RawBuilder<unknown>): Promise<PaymentDetail> {
  const asked = idOrCode(idOrCodeText)
  const which = 'id' in asked ? sql`id = ${asked.id}::uuid` : sql`code = ${asked.code}`
  const { rows } = await sql<PaymentDetail>`
    select ${columns} from payments where ${which} and ${whose}`.execute(tx)
  const payment = rows[0]
  if (!payment) throw paymentErrors.not_found({ payment: idOrCodeText })
  return payment
}

/**
 * A contradiction between Xendit's webhook and Xendit's invoice about a payment, with the commands for staff
 * (ADR 0106).
 */
export interface Contradiction {
  says: string
  /** The time when a webhook first said that the payment is paid, while its invoice said otherwise. */
  since: Date
  /** The time when a person decided that the payment's money did not arrive. */
  decidedAt: Date | null
  /** The commands that staff may run. Empty once the payment has ended, or a person has decided. */
  todo: { command: string; does: string }[]
}

export type ShownPayment = PaymentDetail & { refunds: RefundLine[]; contradiction: Contradiction | null }

/**
 * Returns a payment by id or code, with its refunds (oldest first) and its contradiction, if there is one.
 * For staff: the owner of the payment is not checked.
 * @throws payment.not_found
 */
export async function showPayment(tx: Tx, idOrCodeText: string): Promise<ShownPayment> {
  const payment = await findPayment(tx, idOrCodeText, sql`true`)
  const { rows } = await sql<RefundLine>`
    select id, code, amount_idr, reason, destination, status, attempt, failure_code, created_at, finished_at
    from refunds where payment_id = ${payment.id}::uuid order by id`.execute(tx)
  return { ...payment, refunds: rows, contradiction: await contradictionOf(tx, payment) }
}

async function contradictionOf(tx: Tx, { id, code, status }: PaymentDetail): Promise<Contradiction | null> {
  const { rows } = await sql<{ since: Date; decidedAt: Date | null }>`
    select contradicted_at as since, contradiction_decided_at as decided_at from payments
    where id = ${id}::uuid and contradicted_at is not null`.execute(tx)
  const [found] = rows
  if (!found) return null
  const isOpen = status === 'pending' && found.decidedAt === null
  return {
    says: isOpen
      ? 'A webhook says that this payment was paid, but its invoice says otherwise. The payment stays open, and its stock or units stay reserved.'
      : found.decidedAt
        ? 'A webhook said that this payment was paid, but its invoice said otherwise. A person decided that no money came in.'
        : `A webhook said that this payment was paid, but its invoice said otherwise. It is ${status} now.`,
    ...found,
    todo: isOpen
      ? [
          {
            command: `laku payments sync ${code}`,
            does: 'asks the provider again; if the invoice says PAID, the payment is booked',
          },
          {
            command: 'laku payments reconcile',
            does: 'shows whether the provider’s transaction list has the money',
          },
          {
            command: `laku payments expire ${code}`,
            does: 'if neither dashboard nor transaction list has the money: ends the payment and releases its stock or units',
          },
        ]
      : [],
  }
}

export interface PaymentFilter {
  status?: string | undefined
  sessionId?: string | undefined
  userId?: string | undefined
  orderId?: string | undefined
  createdSince?: Date | undefined
  limit: number
  /** The id of the last payment of the previous page. */
  cursor?: string | undefined
}

/** Returns payments, newest first, by keyset pages. For staff: the owner of a payment is not checked. */
export async function listPayments(
  tx: Tx,
  filter: PaymentFilter,
): Promise<{ data: PaymentDetail[]; nextCursor: string | null }> {
  const wheres = [sql`true`]
  if (filter.status) wheres.push(sql`status = ${filter.status}`)
  if (filter.sessionId) wheres.push(sql`session_id = ${filter.sessionId}::uuid`)
  if (filter.userId) wheres.push(sql`user_id = ${filter.userId}::uuid`)
  if (filter.orderId) wheres.push(sql`order_id = ${filter.orderId}::uuid`)
  if (filter.createdSince) wheres.push(sql`created_at >= ${filter.createdSince}`)
  if (filter.cursor) wheres.push(sql`id < ${filter.cursor}::uuid`)
  const { rows } = await sql<PaymentDetail>`
    select ${columns} from payments where ${sql.join(wheres, sql` and `)}
    order by id desc limit ${filter.limit + 1}`.execute(tx)
  return pageOf(rows, filter.limit, (row) => row.id)
}
