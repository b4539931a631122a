import { sql } from 'kysely'
import { inSql, type Work } from '../../kernel/index.ts'
import { recordCancelled, reportPossibleBooking } from '../../logistics/index.ts'
import { unbookedStates } from '../transitions.ts'

/**
 * Ends the pending parcels of orders whose status staff changed by hand before a courier was booked. No
 * courier is booked for them any more. If a courier was asked and its answer was lost, a person checks
 * whether a booking exists.
 */
export async function endOvertaken(work: Work, orderIds: readonly string[]): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select s.id from shipments s join orders o on o.id = s.order_id
    where s.order_id = any(${[...orderIds]}::uuid[]) and s.status = 'pending' and o.status not in ${inSql(unbookedStates)}
    order by s.id`.execute(work.tx)
  for (const { id } of rows) {
    const ended = await recordCancelled(work, id, { from: 'pending', to: 'cancelled', providerStatus: null })
    if (ended) await reportPossibleBooking(work, id, 'was overtaken by hand')
  }
}
