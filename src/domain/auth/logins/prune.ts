import { sql } from 'kysely'
import { secondsAfter, type Work } from '../../kernel/index.ts'

const DAY_S = 86_400

/**
 * Deletes up to `limit` challenges (sent codes) a day after they were made; returns how many. A day is long
 * enough, because the rate limits need only the last hour.
 */
export async function pruneChallenges(work: Work, limit: number): Promise<number> {
  const result = await sql`
    delete from otp_challenges where id in (
      select id from otp_challenges where created_at < ${secondsAfter(work.now, -DAY_S)}
      order by created_at limit ${limit}
    )`.execute(work.tx)
  return Number(result.numAffectedRows ?? 0)
}

/** Deletes up to `limit` log-ins a day after their last token expired; returns how many. */
export async function pruneAuthSessions(work: Work, limit: number): Promise<number> {
  const result = await sql`
    delete from auth_sessions where id in (
      select id from auth_sessions where expires_at < ${secondsAfter(work.now, -DAY_S)}
      order by expires_at limit ${limit}
    )`.execute(work.tx)
  return Number(result.numAffectedRows ?? 0)
}
