import { fromWire, requireStaff, type Work } from '../../kernel/index.ts'
import { joinSessions } from './join.ts'
import type { Join, JoinAnswer, JoinSettings } from './join-request.ts'

/**
 * Takes a place in a session for a buyer who has asked support for the place. The rules and the price are the
 * same as if the buyer joined, and the buyer must pay as usual. The audit log records that support took the
 * place.
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
