import type { TestLaku } from './laku.ts'

/** Whether staff have to say that a chargeback of this amount is another one than one that is booked. */
export async function needsAnother(laku: TestLaku, paymentId: string, amountIdr: number): Promise<boolean> {
  const booked = laku.db.selectFrom('chargebacks').select('id').where('paymentId', '=', paymentId)
  return (await booked.where('amountIdr', '=', amountIdr).execute()).length > 0
}
