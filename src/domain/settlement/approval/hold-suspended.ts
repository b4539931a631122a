import { sql } from 'kysely'
import { type EventOf, inSql, type Work } from '../../kernel/index.ts'
import { holdPayouts, releasePayouts } from '../../payout/index.ts'
import { payingSettlementStates } from '../transitions.ts'

/**
 * Reaction to factory.status_changed: holds the unsent payouts of a suspended factory, and releases them when
 * the factory is active again.
 */
export async function holdSuspended(work: Work, events: EventOf<'factory.status_changed'>[]): Promise<void> {
  const paid = async (to: string) => {
    const ids = events.filter(({ payload }) => payload.to === to).map(({ payload }) => payload.factoryId)
    const { rows } = await sql<{ id: string }>`
      select id from settlements where factory_id = any(${ids}::uuid[]) and status in ${inSql(payingSettlementStates)}
        and payout_id is not null`.execute(work.tx)
    return rows.map((row) => row.id)
  }
  await holdPayouts(work, await paid('suspended'))
  await releasePayouts(work, await paid('active'))
}
