import { sql } from 'kysely'
import { moveState, requireStaff, requireTransition, type Work } from '../../kernel/index.ts'
import { type LockedSettlement, lockSettlement, settlementEventPayload } from '../lock.ts'
import { getSettlement, type StoredSettlement } from '../read.ts'
import { settlementMachine, settlementTransitions } from '../transitions.ts'

/**
 * Voids a settlement that was calculated and is not approved or paid. Its lines are unsettled again, and the
 * next run may settle them.
 * @throws settlement.not_found, kernel.illegal_transition, kernel.forbidden
 */
export async function voidSettlement(
  work: Work,
  input: { settlement: string; reason: string },
): Promise<StoredSettlement> {
  requireStaff(work.actor, 'finance')
  const settlement = await lockSettlement(work.tx, input.settlement)
  requireTransition(settlementTransitions, settlement.status, 'void', 'settlement')
  await voidLocked(work, settlement, input.reason)
  return await getSettlement(work.tx, settlement.id)
}

/** Voids a settlement that was calculated and is not approved or paid. The caller has locked its row. */
export async function voidLocked(work: Work, settlement: LockedSettlement, reason: string): Promise<void> {
  const { id } = settlement
  const set = { statusReason: reason, updatedAt: work.now }
  await moveState(work, settlementMachine, { to: 'void', ids: [id], set, all: true })
  await sql`update settlement_items set settlement_id = null where settlement_id = ${id}`.execute(work.tx)
  const payload = { ...settlementEventPayload(settlement), reason }
  work.emit({ type: 'settlement.voided', aggregate: ['settlement', id], payload })
  const [before, after] = [{ status: settlement.status }, { status: 'void', reason }]
  work.audit({ command: 'settle void', subject: ['settlement', id], before, after })
}
