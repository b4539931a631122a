import { sql } from 'kysely'
import { requireStaff, type Work } from '../../kernel/index.ts'
import { requireUser } from '../../user/index.ts'

export interface RevokedLogins {
  userId: string
  /** The number of the customer's open log-ins that this command ended. */
  count: number
}

/**
 * Ends every log-in of a customer, named by id or phone number; support or an admin does this. Refresh tokens
 * end at once. Access tokens end when the HTTP server next reads the list of ended log-ins, within a second.
 * @throws kernel.forbidden, user.not_found, user.phone_invalid
 */
export async function revokeLogins(work: Work, { user }: { user: string }): Promise<RevokedLogins> {
  requireStaff(work.actor, 'support')
  const { id: userId } = await requireUser(work.tx, user)
  const ended = await sql`
    update auth_sessions set ended_at = ${work.now}, ended_because = 'revoked'
    where user_id = ${userId}::uuid and ended_at is null`.execute(work.tx)
  const count = Number(ended.numAffectedRows ?? 0)
  work.audit({
    command: 'auth revoke-sessions',
    subject: ['user', userId],
    before: { open: count },
    after: { open: 0 },
  })
  return { userId, count }
}
