import { sql } from 'kysely'
import type { Work } from '../kernel/index.ts'
import { userById, userView } from '../user/index.ts'
import { endAuthSession } from './end-auth-session.ts'
import { authErrors } from './errors.ts'
import { authSessionOf, newRefreshToken, refreshHash } from './refresh-token.ts'
import { refreshExpiry } from './start-auth-session.ts'
import type { LoginOutcome } from './verify-otp.ts'

/** So long may the token before the newest come again: the answer that brought the newest may have been lost. */
const GRACE_MS = 10_000

/**
 * A fresh refresh token for the newest one of a log-in. A token that was rotated away before ends the log-in: one of
 * the two who hold tokens of it stole them. The caller throws `refused` (auth.refresh_invalid, auth.user_suspended)
 * after the commit.
 */
export async function refreshLogin(work: Work, refreshToken: string): Promise<LoginOutcome> {
  const authSessionId = authSessionOf(refreshToken)
  const session = authSessionId && (await lockOpenSession(work, authSessionId))
  if (!session) return { refused: authErrors.refresh_invalid() }
  const hash = refreshHash(work.vault, refreshToken)
  const lostAnswer =
    session.previousHash === hash && work.now.getTime() - session.rotatedAt.getTime() <= GRACE_MS
  if (session.tokenHash !== hash && !lostAnswer) {
    await endAuthSession(work, session.id, 'reuse')
    return { refused: authErrors.refresh_invalid() }
  }
  const user = await userById(work.tx, session.userId)
  if (user?.status !== 'active') {
    await endAuthSession(work, session.id, 'suspended')
    return { refused: authErrors.user_suspended() }
  }
  const next = newRefreshToken(session.id)
  const refreshExpiresAt = refreshExpiry(work)
  // After a lost answer the token before stays the one before, with what is left of its 10 s.
  const rotated = lostAnswer ? {} : { previousHash: session.tokenHash, rotatedAt: work.now }
  await work.tx
    .updateTable('authSessions')
    .set({ tokenHash: refreshHash(work.vault, next), expiresAt: refreshExpiresAt, ...rotated })
    .where('id', '=', session.id)
    .execute()
  return { login: { user: userView(user), authSessionId: session.id, refreshToken: next, refreshExpiresAt } }
}

interface OpenSession {
  id: string
  userId: string
  tokenHash: string
  previousHash: string | null
  rotatedAt: Date
}

async function lockOpenSession(work: Work, id: string): Promise<OpenSession | undefined> {
  const { rows } = await sql<OpenSession>`
    select id, user_id, token_hash, previous_hash, rotated_at from auth_sessions
    where id = ${id} and ended_at is null and expires_at > ${work.now} for no key update`.execute(work.tx)
  return rows[0]
}
