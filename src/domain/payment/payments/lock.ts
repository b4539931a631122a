import { sql } from 'kysely'
import type { Rupiah, Tx } from '../../kernel/index.ts'
import { lockPaidThings } from '../escrow/funds.ts'
import type { PaymentStatus } from '../transitions.ts'
import type { Payment } from '../views.ts'

export interface LockedPayment extends Payment {
  status: PaymentStatus
  providerInvoiceId: string | null
  channel: string | null
  paymentSource: string | null
  paidAt: Date | null
  /**
   * The sum that the buyer paid; null until the buyer has paid. It differs from the payment's amount if the
   * buyer paid another sum and staff accepted it in review.
   */
  paidAmountIdr: Rupiah | null
  returnedIdr: Rupiah
  refundedIdr: Rupiah
  /** The sum that the card issuer took back from us (chargeback). */
  chargedBackIdr: Rupiah
  /**
   * The time when webhook and invoice began to contradict each other: only the webhook says that the payment
   * is paid.
   */
  contradictedAt: Date | null
  /**
   * The time when a person decided that the payment's money did not arrive, although a webhook reported it as
   * paid. Null if nobody has decided that.
   */
  contradictionDecidedAt: Date | null
}

/** Locks payments in the sequence of their ids, and returns them as they are under the lock. */
export async function lockPayments(tx: Tx, ids: Iterable<string>): Promise<Map<string, LockedPayment>> {
  const { rows } = await sql<LockedPayment>`
    select id, code, user_id, session_id, participant_id, order_id, amount_idr, wallet_idr, method, status, expires_at,
      provider_invoice_id, channel, payment_source, paid_at, paid_amount_idr, returned_idr, refunded_idr, charged_back_idr,
      contradicted_at, contradiction_decided_at
    from payments where id = any(${[...new Set(ids)]}::uuid[]) order by id for no key update`.execute(tx)
  return new Map(rows.map((row) => [row.id, row]))
}

/**
 * Locks payments together with their orders and sessions, before anything is changed. A batch that both
 * confirms and expires payments needs all of these locks in one fixed sequence.
 */
export async function lockWholly(tx: Tx, ids: Iterable<string>): Promise<Map<string, LockedPayment>> {
  const payments = await lockPayments(tx, ids)
  await lockPaidThings(tx, [...payments.values()])
  return payments
}
