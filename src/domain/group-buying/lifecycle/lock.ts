import { sql } from 'kysely'
import type { Rupiah, Tx } from '../../kernel/index.ts'
import { groupBuyingErrors } from '../errors.ts'
import type { SessionStatus } from '../transitions.ts'
import type { ClosePolicy } from './moq.ts'

export interface LockedSession {
  id: string
  code: string
  status: SessionStatus
  closePolicy: ClosePolicy
  moq: number
  capacity: number | null
  paidUnits: number
  heldUnits: number
  participants: number
  endsAt: Date
  extensions: number
  commissionBps: number
  finalUnitPriceIdr: Rupiah | null
}

/**
 * Locks sessions in the order of their ids, and then reads them. Other transactions may still insert rows
 * that refer to a locked session (they take KEY SHARE). Every other change of the session waits.
 */
export async function lockSessions(tx: Tx, ids: Iterable<string>): Promise<Map<string, LockedSession>> {
  const { rows } = await sql<LockedSession>`
    select id, code, status, close_policy, moq, capacity, paid_units, held_units, participants, ends_at, extensions, commission_bps,
      final_unit_price_idr
    from group_buying_sessions where id = any(${[...new Set(ids)]}::uuid[])
    order by id for no key update`.execute(tx)
  return new Map(rows.map((row) => [row.id, row]))
}

/** @throws group_buying.session_not_found */
export async function lockSession(tx: Tx, id: string): Promise<LockedSession> {
  const session = (await lockSessions(tx, [id])).get(id)
  if (!session) throw groupBuyingErrors.session_not_found({ session: id })
  return session
}
