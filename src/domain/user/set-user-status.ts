import { moveState, requireReason, requireStaff, requireTransition, type Work } from '../kernel/index.ts'
import { userErrors } from './errors.ts'
import { type User, userById } from './read-users.ts'
import { lockUser } from './register-user.ts'
import { userMachine, userTransitions } from './transitions.ts'

/**
 * Suspends a user, for a reason that staff give. The event user.suspended then ends the user's log-ins, so
 * the user loses access within a second.
 * @throws user.not_found, kernel.illegal_transition, kernel.reason_required, kernel.forbidden
 */
export async function suspendUser(work: Work, input: { userId: string; reason?: string }): Promise<User> {
  const reason = requireReason(work, input.reason)
  return await setStatus(work, input.userId, 'suspended', reason)
}

/**
 * Activates a suspended user again, at the request of staff.
 * @throws user.not_found, kernel.illegal_transition, kernel.forbidden
 */
export async function activateUser(work: Work, input: { userId: string }): Promise<User> {
  return await setStatus(work, input.userId, 'active', null)
}

async function setStatus(
  work: Work,
  userId: string,
  to: 'active' | 'suspended',
  reason: string | null,
): Promise<User> {
  requireStaff(work.actor, 'support')
  await lockUser(work, userId)
  const before = await userById(work.tx, userId)
  if (!before) throw userErrors.not_found()
  requireTransition(userTransitions, before.status, to, 'user')
  const set = { suspendedBecause: reason, updatedAt: work.now }
  await moveState(work, userMachine, { to, ids: [userId], set, all: true })
  work.audit({
    command: to === 'active' ? 'users activate' : 'users suspend',
    subject: ['user', userId],
    before: { status: before.status },
    after: { status: to },
  })
  const type = to === 'active' ? 'user.activated' : 'user.suspended'
  work.emit({ type, aggregate: ['user', userId], payload: { userId } })
  return (await userById(work.tx, userId)) as User
}
