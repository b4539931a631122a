import { groupBuyingErrors } from './errors.ts'
import type { ClosePolicy, SessionCount } from './lifecycle/moq.ts'

export interface Terms {
  moq: number
  capacity?: number | undefined
  perUserLimit?: number | undefined
  closePolicy?: ClosePolicy | undefined
}

/**
 * Refuses terms of a session that make no sense: numbers of units that are not whole and above 0, or a
 * capacity below the MOQ.
 * @throws group_buying.invalid_terms
 */
export function requireTerms({ moq, capacity, perUserLimit }: Terms): void {
  const units = [moq, capacity, perUserLimit].filter((count) => count !== undefined)
  const whole = units.every((count) => Number.isInteger(count) && count > 0)
  if (whole && (capacity === undefined || capacity >= moq)) return
  throw groupBuyingErrors.invalid_terms({ moq, capacity, perUserLimit })
}

/**
 * Refuses a tier whose minimum units no sale can reach, because such a tier would promise buyers a price that
 * never comes. If the session closes at its MOQ, a tier above the MOQ is refused; otherwise a tier above the
 * capacity is refused.
 * @throws group_buying.tier_out_of_reach
 */
export function requireReachable(tiers: readonly { minUnits: number }[], terms: Terms): void {
  const { moq, capacity, closePolicy = 'at_moq' } = terms
  const most = closePolicy === 'at_moq' ? moq : (capacity ?? Number.POSITIVE_INFINITY)
  const beyond = tiers.find((tier) => tier.minUnits > most)
  if (beyond) throw groupBuyingErrors.tier_out_of_reach({ minUnits: beyond.minUnits, most, closePolicy })
}

/** Whether staff can no longer change a session, because it is not forming, or its time is over. */
export function notOpenForChange(session: { status: string; endsAt: Date }, now: Date): boolean {
  return session.status !== 'forming' || session.endsAt <= now
}

/** Returns the units of a session that buyers can still get; `Infinity` if the session has no capacity. */
export function freeUnits(session: SessionCount): number {
  return session.capacity === null
    ? Number.POSITIVE_INFINITY
    : session.capacity - session.paidUnits - session.heldUnits
}

/**
 * Whether a buyer may leave a paid place in a session. Once the group has its MOQ, paid places are final,
 * because the other buyers rely on them.
 */
export function mayLeavePaid(session: SessionCount): boolean {
  return session.paidUnits < session.moq
}

export interface Wish {
  units: number
}

/**
 * Gives out the free units of a session to joins, in their order. A join that asks for more units than are
 * left is refused, and does not block the joins after it.
 */
export function admit<W extends Wish>(wishes: readonly W[], free: number): { admitted: W[]; refused: W[] } {
  const admitted: W[] = []
  const refused: W[] = []
  let left = free
  for (const wish of wishes) {
    if (wish.units > left) {
      refused.push(wish)
      continue
    }
    left -= wish.units
    admitted.push(wish)
  }
  return { admitted, refused }
}

/**
 * Returns the members of a queue whose whole demand the reserved stock covers. The stock is given out
 * strictly in the order of the queue. If one variant of a member's demand is missing, the member's other
 * variants are kept for this member. So a member further back in the queue does not get goods that a member
 * who paid earlier needs.
 */
export function coveredInTurn<Q extends { lines: readonly { variantId: string; quantity: number }[] }>(
  queue: readonly Q[],
  reserved: ReadonlyMap<string, number>,
): Q[] {
  const left = new Map(reserved)
  return queue.filter(({ lines }) => {
    let covered = true
    for (const { variantId, quantity } of lines) {
      const there = left.get(variantId) ?? 0
      left.set(variantId, Math.max(0, there - quantity))
      if (there < quantity) covered = false
    }
    return covered
  })
}
