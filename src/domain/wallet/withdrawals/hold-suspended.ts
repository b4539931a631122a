import { sql } from 'kysely'
import { type EventOf, inSql, type Work } from '../../kernel/index.ts'
import { holdPayouts, releasePayouts } from '../../payout/index.ts'
import { payingWithdrawalStates } from '../transitions.ts'
import { NEVER } from './destinations.ts'

/**
 * Reaction to user.suspended: holds back the payouts of the user's withdrawals that were not sent yet, and
 * the lines that are in a batch of bank transfers but not yet in its file.
 */
export async function holdWithdrawalsOfSuspended(
  work: Work,
  events: EventOf<'user.suspended'>[],
): Promise<void> {
  await holdPayouts(work, await paidNow(work, events))
}

/**
 * Reaction to user.activated: releases what was held back. Withdrawals to a bank account that was stopped
 * stay held back, because somebody else than the wallet's owner added the account.
 */
export async function releaseWithdrawals(work: Work, events: EventOf<'user.activated'>[]): Promise<void> {
  await releasePayouts(work, await paidNow(work, events))
}

/**
 * Returns the ids of these users' withdrawals that are being paid, without those to a stopped bank account.
 */
async function paidNow(
  work: Work,
  events: EventOf<'user.suspended' | 'user.activated'>[],
): Promise<string[]> {
  const userIds = events.map(({ payload }) => payload.userId)
  const { rows } = await sql<{ id: string }>`
    select w.id from withdrawals w join withdrawal_destinations d on d.id = w.destination_id
    where w.user_id = any(${userIds}::uuid[]) and w.status in ${inSql(payingWithdrawalStates)} and d.usable_at < ${NEVER}`.execute(
    work.tx,
  )
  return rows.map((row) => row.id)
}
