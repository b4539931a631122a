import { insertRows, newId, secondsAfter, type Work } from '../kernel/index.ts'
import { type User, type UserView, userView } from '../user/index.ts'
import { newRefreshToken, refreshHash } from './refresh-token.ts'

/** A customer logged in. The door signs the access token. */
export interface Login {
  user: UserView
  authSessionId: string
  refreshToken: string
  refreshExpiresAt: Date
}

/** Starts a log-in: a family of refresh tokens, of which only the newest is good. */
export async function startAuthSession(work: Work, user: User): Promise<Login> {
  const authSessionId = newId()
  const refreshToken = newRefreshToken(authSessionId)
  const refreshExpiresAt = refreshExpiry(work)
  const row = {
    id: authSessionId,
    userId: user.id,
    tokenHash: refreshHash(work.vault, refreshToken),
    rotatedAt: work.now,
    createdAt: work.now,
    expiresAt: refreshExpiresAt,
  }
  await insertRows(work.tx, 'authSessions', [row])
  return { user: userView(user), authSessionId, refreshToken, refreshExpiresAt }
}

/** Each rotation begins the time anew: a log-in that is used stays. */
export function refreshExpiry(work: Work): Date {
  return secondsAfter(work.now, work.policy.refreshTokenDays * 86_400)
}
