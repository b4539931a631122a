import { requireStaff, type Work } from '../../kernel/index.ts'
import { groupBuyingErrors } from '../errors.ts'
import { getSession } from '../list.ts'
import { notOpenForChange } from '../rules.ts'
import type { SessionView } from '../views.ts'
import { closeSessions } from './close.ts'
import { lockSession } from './lock.ts'

/**
 * Closes, for staff, a forming session that has reached its MOQ, before its time is over. The price is that
 * of the tier that the paid units reach now. Unpaid places end, and fulfilment follows. A session below its
 * MOQ can only be cancelled (`cancelSession`).
 * @throws group_buying.session_not_found, session_not_forming, below_moq, kernel.forbidden
 */
export async function closeEarly(work: Work, input: { sessionId: string }): Promise<SessionView> {
  requireStaff(work.actor, 'service')
  const session = await lockSession(work.tx, input.sessionId)
  const { id, code, status, moq, paidUnits, endsAt } = session
  if (notOpenForChange(session, work.now))
    throw groupBuyingErrors.session_not_forming({ code, status, endsAt })
  if (paidUnits < moq) throw groupBuyingErrors.below_moq({ code, paidUnits, moq })
  await closeSessions(work, [session])
  work.audit({
    command: 'sessions close',
    subject: ['session', id],
    before: { status, paidUnits, heldUnits: session.heldUnits, endsAt },
    after: { status: 'moq_reached' },
  })
  return await getSession(work.tx, id, { withDrafts: true })
}
