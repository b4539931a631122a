import { moveState, requireStaff, requireTransition, type Work } from '../../kernel/index.ts'
import { dropUnsent, mayBePaid, payoutsOf, TAKEN_BACK } from '../../payout/index.ts'
import { settlementErrors } from '../errors.ts'
import { type LockedSettlement, lockSettlement, settlementEventPayload } from '../lock.ts'
import { getSettlement, type StoredSettlement } from '../read.ts'
import { settlementMachine, settlementTransitions } from '../transitions.ts'

/**
 * Puts a settlement on hold, so that it cannot be paid until it is released. Its approval is removed. If its
 * payout was never sent, because laku's balance at the provider was too small, the payout is cancelled.
 * @throws settlement.not_found, settlement.payout_under_way, kernel.illegal_transition, kernel.forbidden
 */
export async function holdSettlement(
  work: Work,
  input: { settlement: string; reason: string },
): Promise<StoredSettlement> {
  requireStaff(work.actor, 'finance')
  const settlement = await lockSettlement(work.tx, input.settlement)
  requireTransition(settlementTransitions, settlement.status, 'on_hold', 'settlement')
  await dropUnsent(work, [settlement.id], TAKEN_BACK)
  await requireUnpaid(work, settlement)
  await holdLocked(work, settlement, input.reason)
  return await getSettlement(work.tx, settlement.id)
}

/** @throws settlement.payout_under_way where a payout of it waits, is on its way or arrived */
export async function requireUnpaid(work: Work, { id, code }: LockedSettlement): Promise<void> {
  const payouts = await payoutsOf(work.tx, work.vault, id)
  const live = payouts.find(mayBePaid)
  if (live) throw settlementErrors.payout_under_way({ code, payout: live.key, status: live.status })
}

/**
 * Puts a settlement on hold. The caller has locked its row, and has checked that no payout has paid the
 * settlement or may still pay it.
 */
export async function holdLocked(work: Work, settlement: LockedSettlement, reason: string): Promise<void> {
  const { id, status } = settlement
  const approval = { approvedBy: null, approvedAt: null, approvedHash: null }
  const set = { statusReason: reason, ...approval, updatedAt: work.now }
  await moveState(work, settlementMachine, { to: 'on_hold', ids: [id], set, all: true })
  const payload = { ...settlementEventPayload(settlement), reason }
  work.emit({ type: 'settlement.held', aggregate: ['settlement', id], payload })
  const [before, after] = [{ status }, { status: 'on_hold', reason }]
  work.audit({ command: 'settle hold', subject: ['settlement', id], before, after })
}
