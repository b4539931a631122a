import { sql } from 'kysely'
import { secondsAfter, type Work } from '../kernel/index.ts'

/**
 * Blocks payouts from a user's wallet for policy.wayInCoolingHours. It is called after the user's phone
 * number, email address or bank account was changed, or such a change was stopped.
 */
export async function coolOff(work: Work, userId: string): Promise<void> {
  const from = secondsAfter(work.now, work.policy.wayInCoolingHours * 3600)
  await sql`
    update users set withdrawals_from = greatest(withdrawals_from, ${from}), updated_at = ${work.now}
    where id = ${userId}`.execute(work.tx)
}

/**
 * Returns the time before which nothing is paid out from a user's wallet; null if no such block was ever set.
 */
export async function withdrawalsFrom({ tx }: Work, userId: string): Promise<Date | null> {
  const row = await tx
    .selectFrom('users')
    .select('withdrawalsFrom')
    .where('id', '=', userId)
    .executeTakeFirst()
  return row?.withdrawalsFrom ?? null
}
