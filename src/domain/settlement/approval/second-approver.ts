import { personOf, type Work } from '../../kernel/index.ts'
import {
  countUse,
  isOverLimit,
  isPerson,
  isSecondPerson,
  type LimitUse,
  requireSecondPerson,
  takeLimit,
} from '../../ops/index.ts'
import { settlementErrors } from '../errors.ts'
import type { LockedSettlement } from '../lock.ts'

/**
 * Returns the person who approves a settlement, and counts the approval in the limits. Above a limit, that
 * person must not be the one who calculated the settlement. One limit applies to the sum of this settlement.
 * The other limits apply to the sum of all approvals by the person within a day and within seven days.
 *
 * If a service calculated the settlement, no person has decided anything yet. Then the approver is the first
 * person, and above a limit another person must allow the approval beforehand (`laku limits allow
 * settlement`).
 * @throws settlement.same_person, kernel.approver_not_independent, kernel.second_person_needed
 */
export async function requireSecondApprover(work: Work, settlement: LockedSettlement): Promise<string> {
  const { actor, policy } = work
  const { id, code, factoryId, netIdr, calculatedBy } = settlement
  const [person, aboveIdr] = [personOf(actor), policy.settlementTwoPersonAboveIdr]
  const use: LimitUse = {
    kind: 'settlement',
    subject: ['settlement', id],
    receiver: `factory:${factoryId}`,
    amountIdr: netIdr,
  }
  if (!(await isPerson(work, calculatedBy))) {
    await takeLimit(work, use, netIdr > aboveIdr)
    return person
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
