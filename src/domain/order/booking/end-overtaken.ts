import { sql } from 'kysely'
import { inSql, type Work } from '../../kernel/index.ts'
import { recordCancelled } from '../../logistics/index.ts'
import { unbookedStates } from '../transitions.ts'

/**
 * Ends the pending parcels of orders whose status staff changed by hand before a courier was booked. No
 * courier is booked for them any more. If a courier was asked and its answer was lost, a person checks
 * whether a booking exists.
 */
export async function endOvertaken(work: Work, orderIds: readonly string[]): Promise<void> {
  const { rows } = await sql<{ id: string; reference: string; orderCode: string; attempts: number }>`
    select s.id, s.reference, o.code as order_code, s.attempts from shipments s join orders o on o.id = s.order_id
    where s.order_id = any(${[...orderIds]}::uuid[]) and s.status = 'pending' and o.status not in ${inSql(unbookedStates)}
    order by s.id`.execute(work.tx)
  for (const { id, reference, orderCode, attempts } of rows) {
    const ended = await recordCancelled(work, id, { from: 'pending', to: 'cancelled', providerStatus: null })
    if (!ended || attempts === 0) continue
    work.requestAttention({
      kind: 'shipment_booked_unasked',
      subject: ['shipment', id],
      message: `${orderCode} was moved by hand, but laku had asked a courier for it ${attempts} times without an answer. Look for the reference ${reference} in the courier's dashboard, and cancel the booking there.`,
      command: `laku orders show ${orderCode}`,
      details: { attempts, reference },
    })
  }
}
