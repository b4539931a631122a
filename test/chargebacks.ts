import type { TestLaku } from './laku.ts'

/**
 * Returns whether staff must say that a chargeback of this amount differs from one that is already booked.
 */
export async function needsAnother(laku: TestLaku, paymentId: string, amountIdr: number): Promise<boolean> {
  const booked = laku.db.selectFrom('chargebacks').select('id').where('paymentId', '=', paymentId)
  return (await booked.where('amountIdr', '=', amountIdr).execute()).length > 0
}
