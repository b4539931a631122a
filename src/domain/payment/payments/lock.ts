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
   * The sum that came in; null before. It differs from the sum asked for if staff accepted the payment out of
   * review.
   */
  paidAmountIdr: Rupiah | null
  returnedIdr: Rupiah
  refundedIdr: Rupiah
  /** The sum that the card's issuer took back from us. */
  chargedBackIdr: Rupiah
  /** The time since which a webhook calls the payment paid while its invoice reads otherwise. */
  contradictedAt: Date | null
  /** The time when a person decided that no money came in after all; null if nobody has. */
  contradictionDecidedAt: Date | null
}

/** Locks payments in the order of their ids, and returns them as read under the lock. */
export async function lockPayments(tx: Tx, ids: Iterable<string>): Promise<Map<string, LockedPayment>> {
  const { rows } = await sql<LockedPayment>`
    select id, code, user_id, session_id, participant_id, order_id, amount_idr, wallet_idr, method, status, expires_at,
      provider_invoice_id, channel, payment_source, paid_at, paid_amount_idr, returned_idr, refunded_idr, charged_back_idr,
      contradicted_at, contradiction_decided_at
    from payments where id = any(${[...new Set(ids)]}::uuid[]) order by id for no key update`.execute(tx)
  return new Map(rows.map((row) => [row.id, row]))
}

/**
 * Locks payments together with their orders and sessions, all before the first change. So a batch that both
 * confirms and expires payments takes its locks in one order.
 */
export async function lockWholly(tx: Tx, ids: Iterable<string>): Promise<Map<string, LockedPayment>> {
  const payments = await lockPayments(tx, ids)
  await lockPaidThings(tx, [...payments.values()])
  return payments
}
