import { sql } from 'kysely'
import { inSql, moveStatement, type Work } from '../../kernel/index.ts'
import { paidStates } from '../../payment/index.ts'
import { lockSessions } from '../lifecycle/lock.ts'
import { participantMachine, runningSessionStates } from '../transitions.ts'

/**
 * Gives up the paid place of a payment that was refunded in full before a database restore. The restore lost
 * the reason for that refund, so the session would otherwise create an order for a buyer without money. The
 * caller has locked the payment. A place that has an order keeps it, because the order is cancelled instead.
 */
export async function endRefundedPlace(work: Work, paymentId: string): Promise<void> {
  const { rows } = await sql<{ sessionId: string }>`
    select p.session_id from payments y join group_participants p on p.id = y.participant_id
    where y.id = ${paymentId}::uuid`.execute(work.tx)
  const [place] = rows
  if (!place) return
  await lockSessions(work.tx, [place.sessionId])
  const gone = moveStatement(participantMachine, {
    to: 'left',
    set: { endedAt: work.now },
    using: sql`place w`,
    where: sql`t.id = w.id`,
  })
  await sql`
    with place as (
      select p.id, p.session_id, p.units from group_participants p
      join payments y on y.participant_id = p.id and y.id = ${paymentId}::uuid
      join group_buying_sessions s on s.id = p.session_id and s.status in ${inSql(runningSessionStates)}
      where p.status = 'paid' and not exists (
        select from payments q where q.participant_id = p.id and q.id <> y.id and q.status in ${inSql(paidStates)}
          and q.returned_idr < q.amount_idr)
      for no key update of p
    ), gone as (${gone})
    update group_buying_sessions s set paid_units = s.paid_units - w.units, participants = s.participants - 1
    from place w where s.id = w.session_id`.execute(work.tx)
}
