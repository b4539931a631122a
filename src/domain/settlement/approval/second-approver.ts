import { sql } from 'kysely'
import { personOf, type Work } from '../../kernel/index.ts'
import {
  actorOfUse,
  countUse,
  isOverLimit,
  isPerson,
  isSecondPerson,
  type LimitUse,
  requireSecondPerson,
  takeLimit,
  undoUse,
} from '../../ops/index.ts'
import { returnedByWord } from '../../payout/index.ts'
import { settlementErrors } from '../errors.ts'
import type { LockedSettlement } from '../lock.ts'
import { failedSettlementStates } from '../transitions.ts'

/**
 * Returns the id by which the limits count the approval of a settlement. Each approval after a payment counts
 * by itself, because the settlement may be paid twice. An approval that no payment followed is replaced by
 * the next one.
 */
export const approvalOf = ({ id, payouts }: Pick<LockedSettlement, 'id' | 'payouts'>): string =>
  payouts === 0 ? id : `${id}:${payouts}`

/**
 * Returns the person who approves a settlement, and counts the approval toward that person's limits. Above a
 * limit, the person who calculated the settlement must not approve it. There is a limit for one settlement,
 * and limits for one person's approvals within a day and seven days.
 *
 * A service may have calculated the settlement. Then, above a limit, two people are needed: the approver, and
 * another person who allowed it beforehand (`laku limits allow settlement`).
 *
 * A person may have said that the bank did not pay the settlement. Nobody can check that, so that person is
 * the first of two in place of the person who calculated it, and the earlier approval still counts.
 * @throws settlement.same_person, kernel.approver_not_independent, kernel.second_person_needed
 */
export async function requireSecondApprover(work: Work, settlement: LockedSettlement): Promise<string> {
  const { actor, policy } = work
  const { id, code, factoryId, netIdr } = settlement
  const [person, aboveIdr] = [personOf(actor), policy.settlementTwoPersonAboveIdr]
  const use: LimitUse = {
    kind: 'settlement',
    subject: ['settlement', approvalOf(settlement)],
    clearedAs: id,
    receiver: `factory:${factoryId}`,
    amountIdr: netIdr,
  }
  const returned = await returnedOf(work, settlement)
  if (!returned) await uncountUnpaid(work, settlement)
  const calculatedBy = returned?.saidBy ?? settlement.calculatedBy
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

/**
 * Returns who said that the bank did not pay the settlement's last transfer, or sent it back. Undefined if
 * the last payment failed in another way. `saidBy` is missing for what was recorded before such words were
 * counted.
 */
async function returnedOf(
  work: Work,
  { status, payoutId }: LockedSettlement,
): Promise<{ saidBy: string | undefined } | undefined> {
  if (!failedSettlementStates.includes(status) || payoutId === null) return undefined
  const { rows } = await sql`
    select from payouts o where o.id = ${payoutId}::uuid and ${returnedByWord}`.execute(work.tx)
  if (rows.length === 0) return undefined
  return { saidBy: await actorOfUse(work, 'settlement_returned', payoutId) }
}

/**
 * Removes the last approval of a settlement from the limits, because its payment failed or was never sent. An
 * approval before that one may have been paid, so it still counts.
 */
async function uncountUnpaid(work: Work, { id, payouts }: LockedSettlement): Promise<void> {
  const subjects = Array.from({ length: payouts + 1 }, (_, n) => approvalOf({ id, payouts: n }))
  const { rows } = await sql<{ subjectId: string }>`
    select subject_id from limit_uses where kind = 'settlement' and subject_id = any(${subjects}) and undone_at is null
    order by used_at desc, id desc limit 1`.execute(work.tx)
  await undoUse(
    work,
    'settlement',
    rows.map(({ subjectId }) => subjectId),
  )
}
