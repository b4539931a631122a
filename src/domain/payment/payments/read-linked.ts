import { sql } from 'kysely'
import type { Rupiah, Tx } from '../../kernel/index.ts'
import { paymentErrors } from '../errors.ts'
import type { PaymentStatus } from '../transitions.ts'

/**
 * The data of a payment that its link displays. Anybody with the link can read them, so the buyer is not
 * named.
 */
export interface LinkedPayment {
  code: string
  status: PaymentStatus
  amountIdr: Rupiah
  /** The part of the amount that is paid from the buyer's wallet. */
  walletIdr: Rupiah
  sessionId: string | null
  expiresAt: Date
}

/**
 * Returns the payment that has this code in its link.
 * @throws payment.not_found
 */
export async function getLinkedPayment(tx: Tx, code: string): Promise<LinkedPayment> {
  const { rows } = await sql<LinkedPayment>`
    select code, status, amount_idr, wallet_idr, session_id, expires_at from payments where code = ${code}`.execute(
    tx,
  )
  const [payment] = rows
  if (!payment) throw paymentErrors.not_found({ code })
  return payment
}
