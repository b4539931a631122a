import { sql } from 'kysely'
import type { Rupiah, Tx } from '../kernel/index.ts'
import type { PaymentStatus } from './transitions.ts'
import type { Payment } from './views.ts'

export interface LockedPayment extends Payment {
  status: PaymentStatus
  providerInvoiceId: string | null
  channel: string | null
  paidAt: Date | null
  returnedIdr: Rupiah
  refundedIdr: Rupiah
}

/** Locks payments in the order of their ids, and reads them as they are once they are locked. */
export async function lockPayments(tx: Tx, ids: Iterable<string>): Promise<Map<string, LockedPayment>> {
  const { rows } = await sql<LockedPayment>`
    select id, code, user_id, session_id, participant_id, order_id, amount_idr, method, status, expires_at,
      provider_invoice_id, channel, paid_at, returned_idr, refunded_idr
    from payments where id = any(${[...new Set(ids)]}::uuid[]) order by id for no key update`.execute(tx)
  return new Map(rows.map((row) => [row.id, row]))
}
