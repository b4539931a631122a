import { sql } from 'kysely'
import { requireStaff, type Work } from '../../kernel/index.ts'
import { groupBuyingErrors } from '../errors.ts'
import { getSession } from '../list.ts'
import { notOpenForChange } from '../rules.ts'
import type { SessionView } from '../views.ts'
import { lockSession } from './lock.ts'

/**
 * Gives a forming session more time, for staff. Only policy.sessionExtensions extensions are allowed, because
 * the buyers' money waits longer after each extension. Unpaid places keep their own, earlier end. A session
 * whose time is over is not extended, even if it is not closed yet.
 * @throws group_buying.session_not_found, session_not_forming, invalid_period, extensions_used,
 * kernel.forbidden
 */
export async function extendSession(
  work: Work,
  input: { sessionId: string; endsAt: Date },
): Promise<SessionView> {
  requireStaff(work.actor, 'service')
  const session = await lockSession(work.tx, input.sessionId)
  const { id, code, endsAt: before, extensions } = session
  if (notOpenForChange(session, work.now)) {
    throw groupBuyingErrors.session_not_forming({ code, status: session.status, endsAt: before })
  }
  if (input.endsAt <= before) throw groupBuyingErrors.invalid_period({ code, endsAt: input.endsAt, before })
  const allowed = work.policy.sessionExtensions
  if (extensions >= allowed) throw groupBuyingErrors.extensions_used({ code, extensions, allowed })
  await sql`
    update group_buying_sessions set ends_at = ${input.endsAt}, extensions = extensions + 1, updated_at = ${work.now}
    where id = ${id}`.execute(work.tx)
  work.audit({
    command: 'sessions extend',
    subject: ['session', id],
    before: { endsAt: before, extensions },
    after: { endsAt: input.endsAt, extensions: extensions + 1 },
  })
  work.emit({
    type: 'session.extended',
    aggregate: ['session', id],
    payload: { sessionId: id, code, endsAt: input.endsAt.toISOString() },
  })
  return await getSession(work.tx, id, { withDrafts: true })
}
