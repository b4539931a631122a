import { sql } from 'kysely'
import { idOrCode, lockRows, type Rupiah, type Tx } from '../kernel/index.ts'
import { settlementErrors } from './errors.ts'
import type { SettlementEventPayload } from './events.ts'
import type { SettlementStatus } from './transitions.ts'

export interface LockedSettlement {
  id: string
  code: string
  factoryId: string
  through: string
  status: SettlementStatus
  netIdr: Rupiah
  planHash: string
  calculatedBy: string
  calculatedAt: Date
  payoutId: string | null
  payouts: number
}

/** Locks settlements in the order of their ids, and returns their data as read under the lock. */
export async function lockSettlements(
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, LockedSettlement>> {
  const { rows } = await sql<LockedSettlement>`
    select id, code, factory_id, through_date::text as through, status, net_idr, plan_hash, calculated_by, calculated_at, payout_id, payouts
    from settlements where id = any(${[...new Set(ids)]}::uuid[]) order by id for no key update`.execute(tx)
  return new Map(rows.map((row) => [row.id, row]))
}

/**
 * Locks one settlement, by its id or its code, and returns it. The settlement's payouts are locked first, in
 * the same sequence as when a payout's result is booked.
 * @throws settlement.not_found
 */
export async function lockSettlement(tx: Tx, named: string): Promise<LockedSettlement> {
  const key = idOrCode(named)
  const which = 'id' in key ? sql`id = ${key.id}::uuid` : sql`code = ${key.code}`
  const found = await sql<{ id: string }>`select id from settlements where ${which}`.execute(tx)
  const id = found.rows[0]?.id
  if (!id) throw settlementErrors.not_found({ settlement: named })
  await lockRows(tx, { payout: { subjectId: [id] } })
  return (await lockSettlements(tx, [id])).get(id) as LockedSettlement
}

/** Returns the payload that all events about a settlement have in common. */
export function settlementEventPayload({
  id,
  code,
  factoryId,
  netIdr,
}: LockedSettlement): SettlementEventPayload {
  return { settlementId: id, code, factoryId, netIdr }
}
