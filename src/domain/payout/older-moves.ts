import { type RawBuilder, sql } from 'kysely'
import type { Tx } from '../kernel/index.ts'
import { payoutErrors } from './errors.ts'
import { movingStates } from './rules.ts'

/** Payouts `x` that had failed, or come back, and that the provider means to send after all. */
const movesAgain = sql`x.status in ('failed', 'reversed') and x.provider_status = any(${movingStates})`

/**
 * Whether an older payout of what payout `p` pays moves again: then `p` is not sent, for the older one may
 * arrive.
 */
export const olderMoves: RawBuilder<boolean> = sql<boolean>`exists (
  select from payouts x
  where x.subject_id in (p.subject_id, p.earlier_subject_id) and ${movesAgain})`

/**
 * Nothing is paid again of which the provider moves an older payout.
 * @throws payout.moves_again
 */
export async function requireNoneMoves(tx: Tx, subjectId: string): Promise<void> {
  const { rows } = await sql<{ key: string; providerStatus: string }>`
    select x.key, x.provider_status from payouts x where x.subject_id = ${subjectId}::uuid and ${movesAgain} limit 1`.execute(
    tx,
  )
  const [older] = rows
  if (older) throw payoutErrors.moves_again({ payout: older.key, says: older.providerStatus })
}
