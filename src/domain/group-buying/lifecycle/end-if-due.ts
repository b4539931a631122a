import { requireStaff, type Work } from '../../kernel/index.ts'
import { getSession } from '../list.ts'
import type { SessionView } from '../views.ts'
import { endSessions } from './close.ts'

/**
 * Checks one session now, without waiting for the regular check. Closes it if it is complete, marks it as
 * failed if its time is over, and otherwise leaves it unchanged.
 * @throws group_buying.session_not_found, kernel.forbidden
 */
export async function checkSession(
  work: Work,
  named: string,
): Promise<{ session: SessionView; ended: boolean }> {
  requireStaff(work.actor, 'service', 'support', 'finance')
  const { id, status: before } = await getSession(work.tx, named, { withDrafts: true })
  const ended = (await endSessions(work, [id])) > 0
  const session = await getSession(work.tx, id, { withDrafts: true })
  const subject: [string, string] = ['session', id]
  work.audit({
    command: 'sessions check',
    subject,
    before: { status: before },
    after: { status: session.status },
  })
  return { session, ended }
}
