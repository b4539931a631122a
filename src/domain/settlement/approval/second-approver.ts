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
 * Returns the person who approves a settlement, and counts the approval toward that person's limits. Above a
 * limit, the person who calculated the settlement must not approve it. There is a limit for one settlement,
 * and limits for one person's approvals within a day and seven days.
 *
 * A service may have calculated the settlement. Then, above a limit, two people are needed: the approver, and
 * another person who allowed it beforehand (`laku limits allow settlement`).
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
