import { type RawBuilder, sql } from 'kysely'
import { inSql, type Tx } from '../../kernel/index.ts'
import { payoutErrors } from '../errors.ts'
import { movingStates } from '../rules.ts'
import { failedPayoutStates } from '../transitions.ts'

/**
 * The SQL condition that payout `x` had failed or come back, and that the provider is sending it again. A
 * payout that two persons gave up does not count.
 */
const movesAgain = sql`x.status in ${inSql(failedPayoutStates)} and x.provider_status = any(${movingStates}) and x.given_up_by is null`

/**
 * The SQL condition that the provider is again sending an older payout of the same settlement or withdrawal
 * as payout `p`. Then `p` is not sent, because the older payout may arrive.
 */
export const olderMoves: RawBuilder<boolean> = sql<boolean>`exists (
  select from payouts x
  where (x.subject_id in (p.subject_id, p.earlier_subject_id) or x.earlier_subject_id = p.earlier_subject_id)
    and ${movesAgain})`

/**
 * Refuses a new payout of a settlement or withdrawal while the provider is again sending an older payout of
 * it. `subjectIds`: the settlement's id, or the ids of all attempts at the withdrawal.
 * @throws payout.moves_again
 */
export async function requireNoneMoves(tx: Tx, subjectIds: readonly string[]): Promise<void> {
  const { rows } = await sql<{ key: string; providerStatus: string }>`
    select x.key, x.provider_status from payouts x where x.subject_id = any(${subjectIds}::uuid[]) and ${movesAgain} limit 1`.execute(
    tx,
  )
  const [older] = rows
  if (older) throw payoutErrors.moves_again({ payout: older.key, says: older.providerStatus })
}
