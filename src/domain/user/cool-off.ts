import { sql } from 'kysely'
import { secondsAfter, type Work } from '../kernel/index.ts'

/**
 * A way into this account changed: for policy.wayInCoolingHours from now on nothing of its wallet is paid
 * out.
 */
export async function coolOff(work: Work, userId: string): Promise<void> {
  const from = secondsAfter(work.now, work.policy.wayInCoolingHours * 3600)
  await sql`
    update users set withdrawals_from = greatest(withdrawals_from, ${from}), updated_at = ${work.now}
    where id = ${userId}`.execute(work.tx)
}

/** From when on a user's wallet is paid out; null where nothing cools off. */
export async function withdrawalsFrom({ tx }: Work, userId: string): Promise<Date | null> {
  const row = await tx
    .selectFrom('users')
    .select('withdrawalsFrom')
    .where('id', '=', userId)
    .executeTakeFirst()
  return row?.withdrawalsFrom ?? null
}
