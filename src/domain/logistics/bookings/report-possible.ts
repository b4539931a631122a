import { sql } from 'kysely'
import type { Work } from '../../kernel/index.ts'

/**
 * Requests attention for a parcel that ended before laku knew whether a courier was booked for it. laku had
 * asked a courier, and never heard an answer, so a booking may exist that nobody needs. `why` says how the
 * parcel ended.
 */
export async function reportPossibleBooking(work: Work, shipmentId: string, why: string): Promise<void> {
  const { rows } = await sql<{ reference: string; orderCode: string; attempts: number }>`
    select reference, order_code, attempts from shipments
    where id = ${shipmentId}::uuid and attempts > 0 and provider_order_id is null`.execute(work.tx)
  for (const { reference, orderCode, attempts } of rows) {
    work.requestAttention({
      kind: 'shipment_booked_unasked',
      subject: ['shipment', shipmentId],
      message: `The parcel of ${orderCode} ${why}, but laku had asked a courier for it ${attempts} times without an answer. Look for the reference ${reference} in the courier's dashboard, and cancel the booking there.`,
      command: `laku orders show ${orderCode}`,
      details: { attempts, reference },
    })
  }
}
