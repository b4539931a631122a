import { moveState, personOf, requireStaff, requireTransition, type Work } from '../../kernel/index.ts'
import { hasChanged } from '../calculation/calculate.ts'
import { lockSettlement, settlementEventPayload } from '../lock.ts'
import { getSettlement, type StoredSettlement } from '../read.ts'
import { settlementMachine, settlementTransitions } from '../transitions.ts'
import { voidLocked } from './void.ts'

/**
 * Releases a settlement that is on hold: it is `calculated` again and must be approved again. If its plan
 * (the lines and their amounts) has changed meanwhile, it becomes void. Its lines can then go into a new
 * settlement.
 * @throws settlement.not_found, kernel.illegal_transition, kernel.forbidden
 */
export async function releaseSettlement(
  work: Work,
  input: { settlement: string },
): Promise<StoredSettlement> {
  requireStaff(work.actor, 'finance')
  const settlement = await lockSettlement(work.tx, input.settlement)
  requireTransition(settlementTransitions, settlement.status, 'calculated', 'settlement')
  const { id } = settlement
  const calculated = { calculatedBy: personOf(work.actor), calculatedAt: work.now }
  const set = { statusReason: null, ...calculated, updatedAt: work.now }
  await moveState(work, settlementMachine, { to: 'calculated', ids: [id], set, all: true })
  work.emit({
    type: 'settlement.released',
    aggregate: ['settlement', id],
    payload: settlementEventPayload(settlement),
  })
  const [before, after] = [{ status: 'on_hold' }, { status: 'calculated' }]
  work.audit({ command: 'settle release', subject: ['settlement', id], before, after })
  if (await hasChanged(work, settlement))
    await voidLocked(work, { ...settlement, status: 'calculated' }, 'plan_changed')
  return await getSettlement(work.tx, id)
}
