import { sql } from 'kysely'
import { moveState, personOf, requireStaff, requireTransition, type Work } from '../../kernel/index.ts'
import { countUse, isOverLimit, isSecondPerson, type LimitUse, requireSecondPerson } from '../../ops/index.ts'
import { hasChanged } from '../calculation/calculate.ts'
import { settlementErrors } from '../errors.ts'
import { type LockedSettlement, lockSettlement, settlementEventPayload } from '../lock.ts'
import { getSettlement, type StoredSettlement } from '../read.ts'
import { settlementMachine, settlementTransitions } from '../transitions.ts'

/**
 * The state changes that approving a settlement may make. A settlement whose payout failed or came back is
 * approved by `retry` instead, which also pays it.
 */
const byApproval: typeof settlementTransitions = { ...settlementTransitions, failed: [], reversed: [] }

export interface Approval {
  settlement: string
  /**
   * The hash of the settlement's plan (its lines and their amounts) that the approver saw. If the plan has
   * changed since, nothing is approved.
   */
  planHash?: string | undefined
}

/**
 * Approves a calculated settlement for payment. Above policy.settlementTwoPersonAboveIdr, the approver must
 * not be the person who calculated it. If the settlement's plan (its lines and their amounts) has changed,
 * nothing is approved.
 * @throws settlement.not_found, settlement.plan_changed, settlement.same_person,
 * kernel.approver_not_independent,
 *   kernel.illegal_transition, kernel.forbidden
 */
export async function approveSettlement(work: Work, input: Approval): Promise<StoredSettlement> {
  requireStaff(work.actor, 'finance')
  const settlement = await lockSettlement(work.tx, input.settlement)
  const { id, code, netIdr, planHash } = settlement
  requireTransition(byApproval, settlement.status, 'approved', 'settlement')
  const person = await requireOther(work, settlement)
  const looked = input.planHash ?? planHash
  if (looked !== planHash || (await hasChanged(work, settlement))) {
    throw settlementErrors.plan_changed({ code, planHash })
  }
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

/**
 * Returns the person who approves a settlement, and counts the approval in the limits. Above a limit, that
 * person must not be the one who calculated the settlement. One limit applies to the sum of this settlement.
 * The other limits apply to the sum of all approvals by the person within a day and within seven days.
 * @throws settlement.same_person, kernel.approver_not_independent
 */
export async function requireOther(work: Work, settlement: LockedSettlement): Promise<string> {
  const { actor, policy } = work
  const { id, code, factoryId, netIdr, calculatedBy } = settlement
  const [person, aboveIdr] = [personOf(actor), policy.settlementTwoPersonAboveIdr]
  const use: LimitUse = {
    kind: 'settlement',
    subject: ['settlement', id],
    receiver: `factory:${factoryId}`,
    amountIdr: netIdr,
  }
  if (await isSecondPerson(work, calculatedBy)) {
    await countUse(work, { ...use, person: calculatedBy }, person)
    return person
  }
  if (netIdr > aboveIdr || (await isOverLimit(work, use))) {
    await requireSecondPerson(work, calculatedBy, () =>
      settlementErrors.same_person({ code, aboveIdr, dayIdr: policy.settlementDayIdr }),
    )
  }
  await countUse(work, use)
  return person
}
