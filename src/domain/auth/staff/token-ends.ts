import { type Kysely, sql } from 'kysely'
import { type DB, secondsAfter, type Work } from '../../kernel/index.ts'

/** The time before the end of a staff token at which laku raises an attention item (seconds). */
export const TELL_BEFORE_S = 14 * 86_400
/** The age at which a service's token without end should be replaced by a new one (days). */
const ROTATE_DAYS = 180

export interface EndingToken {
  id: string
  name: string
  /** The time at which the staff token ends; null for an old token without end. */
  expiresAt: Date | null
}

/**
 * Returns the newest token of each active member of staff, if that token ends within 14 days, or has no end
 * and is half a year old.
 */
export async function endingTokens({ tx, now }: { tx: Kysely<DB>; now: Date }): Promise<EndingToken[]> {
  const { rows } = await sql<EndingToken>`
    select id, name, expires_at from (
      select distinct on (s.id) t.id, s.name, t.expires_at, t.created_at
      from staff s join staff_tokens t on t.staff_id = s.id
      where s.status = 'active' and t.revoked_at is null and (t.expires_at is null or t.expires_at > ${now})
      order by s.id, t.created_at desc, t.id desc) newest
    where expires_at < ${secondsAfter(now, TELL_BEFORE_S)}
      or (expires_at is null and created_at < ${secondsAfter(now, -ROTATE_DAYS * 86_400)})
    order by expires_at nulls last, name`.execute(tx)
  return rows
}

/**
 * Raises one attention item for each staff token that ends soon. Returns the number of tokens for which an
 * item was raised.
 */
export async function reportEndingTokens(work: Work): Promise<number> {
  const ending = await endingTokens(work)
  const { rows } = await sql<{ subjectId: string }>`
    select subject_id from attention where kind = 'staff_token_ends' and resolved_at is null`.execute(work.tx)
  const told = new Set(rows.map((row) => row.subjectId))
  const fresh = ending.filter(({ id }) => !told.has(id))
  work.requestAttention(
    ...fresh.map(({ id, name, expiresAt }) => ({
      kind: 'staff_token_ends' as const,
      subject: ['staff_token', id] as [string, string],
      message: endOfToken(name, expiresAt),
      command: `laku auth staff renew ${name}`,
      details: { staff: name, expiresAt },
    })),
  )
  return fresh.length
}

export const endOfToken = (name: string, expiresAt: Date | null) =>
  expiresAt
    ? `The token of ${name} ends on ${expiresAt.toISOString().slice(0, 10)}. Renew it before that day.`
    : `The token of ${name} has no end and is more than ${ROTATE_DAYS} days old. Renew it.`
