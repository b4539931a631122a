import { insertRows, newId, secondsAfter, type Work } from '../../kernel/index.ts'
import { type User, type UserView, userView } from '../../user/index.ts'
import { newBranch, newRefreshToken, refreshHash } from './refresh-token.ts'

/** A customer's new log-in. The HTTP server signs the access token. */
export interface Login {
  user: UserView
  authSessionId: string
  refreshToken: string
  refreshExpiresAt: Date
}

/** Starts a log-in of a customer, and makes the log-in's first refresh token. */
export async function startAuthSession(work: Work, user: User, device?: string): Promise<Login> {
  const authSessionId = newId()
  const branch = newBranch()
  const refreshToken = newRefreshToken(work.vault, { authSessionId, branch, generation: 1 })
  const refreshExpiresAt = refreshExpiry(work)
  const row = {
    id: authSessionId,
    userId: user.id,
    tokenHash: refreshHash(work.vault, refreshToken),
    branches: { [branch]: { generation: 1, since: work.now } } as never,
    device: device === undefined ? null : deviceHash(work, device),
    rotatedAt: work.now,
    createdAt: work.now,
    expiresAt: refreshExpiresAt,
  }
  await insertRows(work.tx, 'authSessions', [row])
  return { user: userView(user), authSessionId, refreshToken, refreshExpiresAt }
}

/**
 * Returns the time at which a log-in expires. Each refresh of a token sets this time anew. So a log-in does
 * not expire while it is used.
 */
export function refreshExpiry(work: Work): Date {
  return secondsAfter(work.now, work.policy.refreshTokenDays * 86_400)
}

/**
 * Returns a customer's device in the form in which it is stored: a keyed hash of the text by which its
 * browser names itself.
 */
export function deviceHash({ vault }: Work, device: string | undefined): string {
  return vault.hmac('auth.device_words', device ?? '')
}

export function isDevice({ vault }: Work, device: string | undefined, hash: string): boolean {
  return vault.verify('auth.device_words', device ?? '', hash)
}
