import { fromWire, requireStaff, type Work } from '../../kernel/index.ts'
import { joinSessions } from './join.ts'
import type { Join, JoinAnswer, JoinSettings } from './join-request.ts'

/**
 * Takes a place in a session for a buyer who asks support for it. The rules and the price are those of a join
 * by the buyer, and the buyer must pay for the place as usual. The audit log records that support did it.
 * @throws QuoteMissing (logistics.quote_missing) before anything is written: run it by `withRate`
 * @throws kernel.forbidden, and what `joinSessions` refuses a join for
 */
export async function joinForBuyer(work: Work, join: Join, settings: JoinSettings): Promise<JoinAnswer> {
  requireStaff(work.actor, 'support', 'service')
  const [outcome] = await joinSessions(work, [join], settings)
  if (!outcome?.ok) throw outcome?.error ?? new Error('a join got no outcome')
  const answer = fromWire(outcome.answer.body) as JoinAnswer
  const { id, status, units, totalIdr } = answer.participation
  work.audit({
    command: 'sessions join',
    subject: ['participant', id],
    after: { sessionId: join.sessionId, userId: join.customerId, status, units, totalIdr },
  })
  return answer
}
