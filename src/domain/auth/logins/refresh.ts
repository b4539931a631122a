import { sql } from 'kysely'
import type { Work } from '../../kernel/index.ts'
import { userById, userView } from '../../user/index.ts'
import type { LoginOutcome } from '../codes/verify.ts'
import { authErrors } from '../errors.ts'
import { endAuthSession } from './end.ts'
import {
  authSessionOf,
  isRefreshHash,
  issuedToken,
  newBranch,
  newRefreshToken,
  refreshHash,
} from './refresh-token.ts'
import { deviceHash, isDevice, refreshExpiry } from './start.ts'

/**
 * The time for which laku still accepts the second-newest refresh token of a sequence (ms). laku accepts it,
 * because the reply with the newest token may have been lost on its way to the browser. Another tab of the
 * browser may also have sent the second-newest token.
 */
const GRACE_MS = 30_000

/**
 * The maximum number of sequences of refresh tokens for one log-in. Each browser tab may have one sequence.
 * If a log-in gets more, laku drops the sequence that was unused for the longest time.
 */
const MAX_BRANCHES = 8

/**
 * The sequences of refresh tokens of a log-in, by the id of the sequence. For each sequence: the number of
 * its newest token, and the time at which that token was issued.
 */
type Branches = Record<string, { generation: number; since: string }>

/**
 * Exchanges the newest refresh token of a log-in for a fresh one. For 30 s, the same device can still
 * exchange the token before the newest. The fresh token from that second exchange begins a sequence of its
 * own. So two browser tabs that refresh at once both stay logged in.
 *
 * An older token, or a token from another device, ends the log-in, because somebody may have stolen it. A
 * token that laku did not issue, or that was signed with another key, changes nothing. The caller throws
 * `refused` (auth.refresh_invalid, auth.user_suspended) after the commit.
 */
export async function refreshLogin(work: Work, refreshToken: string, device?: string): Promise<LoginOutcome> {
  const authSessionId = authSessionOf(refreshToken)
  const session = authSessionId && (await lockOpenSession(work, authSessionId))
  if (!session) return { refused: authErrors.refresh_invalid() }
  const next = nextOf(work, session, refreshToken, device)
  if (next === 'stolen') await endAuthSession(work, session.id, 'reuse')
  if (typeof next === 'string') return { refused: authErrors.refresh_invalid() }
  const user = await userById(work.tx, session.userId)
  if (user?.status !== 'active') {
    await endAuthSession(work, session.id, 'suspended')
    return { refused: authErrors.user_suspended() }
  }
  const token = newRefreshToken(work.vault, { authSessionId: session.id, ...next })
  const branches: Branches = {
    ...session.branches,
    [next.branch]: { generation: next.generation, since: work.now.toISOString() },
  }
  const refreshExpiresAt = refreshExpiry(work)
  await work.tx
    .updateTable('authSessions')
    .set({
      branches: JSON.stringify(newest(branches)),
      tokenHash: refreshHash(work.vault, token),
      // Each refresh hashes the log-in's device again with the current key. So an old key is needed only for
      // log-ins without a refresh since the key changed.
      ...(session.device !== null &&
        isDevice(work, device, session.device) && { device: deviceHash(work, device) }),
      rotatedAt: work.now,
      expiresAt: refreshExpiresAt,
    })
    .where('id', '=', session.id)
    .execute()
  return { login: { user: userView(user), authSessionId: session.id, refreshToken: token, refreshExpiresAt } }
}

/**
 * Returns the next refresh token's sequence (`branch`) and its number in this sequence (`generation`).
 * Returns `unknown` if laku does not recognise the token: then nothing changes. Returns `stolen` for an older
 * token that comes too late or from another device.
 */
function nextOf(
  work: Work,
  session: OpenSession,
  token: string,
  device: string | undefined,
): { branch: string; generation: number } | 'unknown' | 'stolen' {
  const issued = issuedToken(work.vault, token)
  if (!issued) {
    // An earlier version of laku issued refresh tokens without a signature. Such a token is recognised by its
    // digest, as long as it is the newest token of its log-in.
    const newestOfOld = isRefreshHash(work.vault, token, session.tokenHash)
    return newestOfOld ? { branch: newBranch(), generation: 1 } : 'unknown'
  }
  const { branch, generation } = issued
  const line = session.branches[branch]
  // laku dropped the sequence of this token: a log-in has at most MAX_BRANCHES sequences, one for each tab.
  if (!line) return 'unknown'
  if (generation === line.generation) return { branch, generation: generation + 1 }
  if (generation > line.generation) return 'unknown'
  const inGrace =
    generation === line.generation - 1 && work.now.getTime() - Date.parse(line.since) <= GRACE_MS
  const sameDevice = session.device === null || isDevice(work, device, session.device)
  return inGrace && sameDevice ? { branch: newBranch(), generation: 1 } : 'stolen'
}

function newest(branches: Branches): Branches {
  const all = Object.entries(branches).sort(([, a], [, b]) => (a.since < b.since ? 1 : -1))
  return Object.fromEntries(all.slice(0, MAX_BRANCHES))
}

interface OpenSession {
  id: string
  userId: string
  tokenHash: string
  branches: Branches
  device: string | null
}

async function lockOpenSession(work: Work, id: string): Promise<OpenSession | undefined> {
  const { rows } = await sql<OpenSession>`
    select id, user_id, token_hash, branches, device from auth_sessions
    where id = ${id} and ended_at is null and expires_at > ${work.now} for no key update`.execute(work.tx)
  return rows[0]
}
