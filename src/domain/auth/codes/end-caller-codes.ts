import { sql } from 'kysely'
import { type EventOf, moveState, type Work } from '../../kernel/index.ts'
import { endsLogins } from '../logins/end.ts'
import { loginCodeMachine } from '../transitions.ts'

/**
 * Reacts to way_in.changed and way_in.stopped: ends the codes that could still change the phone number of the
 * same user or factory. Otherwise a second code, which was sent before, could undo the change or the stop.
 */
export async function endCallerCodes(
  work: Work,
  events: EventOf<'way_in.changed' | 'way_in.stopped'>[],
): Promise<void> {
  const about = events
    .filter(({ payload }) => !('way' in payload) || payload.way === 'phone')
    .map(({ payload }) => payload.subjectId)
  if (about.length === 0) return
  await moveState(work, loginCodeMachine, {
    to: 'replaced',
    set: { nextWayAt: null },
    where: sql`t.about_id = any(${about}::uuid[])`,
  })
}

/**
 * Reacts to way_in.changed and way_in.stopped: where the log-ins of a user end, the open codes to the user's
 * phone number end too. Such a code may have been mailed to an address that is not the user's any more, and
 * it would log its reader in again.
 */
export async function endOpenCodes(
  work: Work,
  events: EventOf<'way_in.changed' | 'way_in.stopped'>[],
): Promise<void> {
  const userIds = events.filter(endsLogins).map(({ payload }) => payload.subjectId)
  if (userIds.length === 0) return
  await moveState(work, loginCodeMachine, {
    to: 'replaced',
    set: { nextWayAt: null },
    where: sql`t.phone in (select phone from users where id = any(${userIds}::uuid[]))`,
  })
}
