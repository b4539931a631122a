import { sql } from 'kysely'
import { identityOf, isBlank, type Rupiah, requireStaff, type Work } from '../../kernel/index.ts'
import { leftOf, requireRefundable } from '../entitlement/rules.ts'
import { paymentErrors } from '../errors.ts'
import { showPayment } from '../payments/list.ts'
import type { RefundRequest } from './create.ts'
import { decidedIdr } from './decide.ts'

/**
 * Returns the key under which a refund by staff is stored, from the caller's own key. Keys that look alike
 * are the same key. A key without a visible character is refused, because all such keys would be the same.
 * @throws payment.refund_key_blank
 */
export function ownKey(key: string): string {
  if (isBlank(key)) throw paymentErrors.refund_key_blank()
  return `manual:${identityOf(key)}`
}

/**
 * Checks whether a refund under the caller's own key was made before, or could be made now. Changes nothing.
 * The answer may be out of date a moment later, so createRefund checks again under a lock.
 * @throws payment.not_found, not_refundable, over_refunded, refund_key_blank, refund_key_reused,
 * kernel.forbidden
 */
export async function checkRefund(
  work: Work,
  {
    payment: named,
    amountIdr,
    key,
    borneBy,
  }: Pick<RefundRequest, 'payment' | 'amountIdr' | 'borneBy'> & { key: string },
): Promise<'open' | 'done'> {
  requireStaff(work.actor, 'support', 'finance')
  const { id: paymentId, code, status } = await showPayment(work.tx, named)
  const { rows } = await sql<{ paymentId: string; amountIdr: Rupiah; borneBy: string }>`
    select r.payment_id, ${decidedIdr} as amount_idr, r.borne_by from refunds r where r.key = ${ownKey(key)}`.execute(
    work.tx,
  )
  const [known] = rows
  if (known) {
    if (known.paymentId === paymentId && known.amountIdr === amountIdr && known.borneBy === borneBy)
      return 'done'
    throw paymentErrors.refund_key_reused({ key, borneBy: known.borneBy })
  }
  const { rows: now } = await sql<{ amountIdr: Rupiah; returnedIdr: Rupiah }>`
    select amount_idr, returned_idr from payments where id = ${paymentId}::uuid`.execute(work.tx)
  requireRefundable({ id: paymentId, code, status }, amountIdr, now[0] ? leftOf(now[0]) : 0)
  return 'open'
}
