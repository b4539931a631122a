import { sql } from 'kysely'
import { factoryConcerns } from '../../factory/index.ts'
import { moveState, requireStaff, requireTransition, type Work } from '../../kernel/index.ts'
import { requireSeen } from '../../ops/index.ts'
import { hasChanged } from '../calculation/calculate.ts'
import { settlementErrors } from '../errors.ts'
import { lockSettlement, settlementEventPayload } from '../lock.ts'
import { getSettlement, type StoredSettlement } from '../read.ts'
import { settlementMachine, settlementTransitions } from '../transitions.ts'
import { requireSecondApprover } from './second-approver.ts'

/**
 * The state changes that approving a settlement may make. A settlement whose payout failed or came back is
 * not approved here: `retry` approves it and pays it again.
 */
const byApproval: typeof settlementTransitions = { ...settlementTransitions, failed: [], reversed: [] }

export interface Approval {
  settlement: string
  /**
   * The hash of the settlement's plan (its lines and their amounts) that the approver saw. If the plan has
   * changed since, nothing is approved.
   */
  planHash?: string | undefined
  /** True if the approver has seen that the factory or the person who calculated it changed meanwhile. */
  seen?: boolean | undefined
}

/**
 * Approves a calculated settlement for payment. Above policy.settlementTwoPersonAboveIdr, the approver must
 * not be the person who calculated it. If the settlement's plan (its lines and their amounts) has changed,
 * nothing is approved.
 * @throws settlement.not_found, settlement.plan_changed, settlement.same_person,
 * kernel.approver_not_independent, kernel.second_person_needed, kernel.changed_since_asked, option_not_taken,
 *   kernel.illegal_transition, kernel.forbidden
 */
export async function approveSettlement(work: Work, input: Approval): Promise<StoredSettlement> {
  requireStaff(work.actor, 'finance')
  const settlement = await lockSettlement(work.tx, input.settlement)
  const { id, code, netIdr, planHash, factoryId, calculatedBy: askedBy, calculatedAt: askedAt } = settlement
  requireTransition(byApproval, settlement.status, 'approved', 'settlement')
  const person = await requireSecondApprover(work, settlement)
  const looked = input.planHash ?? planHash
  if (looked !== planHash || (await hasChanged(work, settlement))) {
    throw settlementErrors.plan_changed({ code, planHash })
  }
  const changes = await factoryConcerns(work, factoryId, askedAt)
  await requireSeen(work, { askedBy, changes, seen: input.seen })
  const approval = { approvedBy: person, approvedAt: work.now, approvedHash: sql`t.plan_hash` }
  const set = { statusReason: null, ...approval, updatedAt: work.now }
  await moveState(work, settlementMachine, { to: 'approved', from: 'calculated', ids: [id], set, all: true })
  work.emit({
    type: 'settlement.approved',
    aggregate: ['settlement', id],
    payload: settlementEventPayload(settlement),
  })
  const [before, after] = [{ status: 'calculated' }, { status: 'approved', planHash, netIdr }]
  work.audit({ command: 'settle approve', subject: ['settlement', id], before, after })
  return await getSettlement(work.tx, id)
}
