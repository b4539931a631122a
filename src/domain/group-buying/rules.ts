import type { Rupiah } from '../kernel/index.ts'
import { groupBuyingErrors } from './errors.ts'

export type ClosePolicy = 'at_moq' | 'at_deadline'

export interface Tier {
  minUnits: number
  /** The tier's lowest price: the unit price of the variant that costs least. */
  unitPriceIdr: Rupiah
}

/**
 * Returns tiers in rising order of units. Prices must fall strictly: a tier without a discount is a mistake,
 * and so is a tier of no units or no price.
 * @throws group_buying.invalid_tiers
 */
export function sortedTiers(tiers: readonly Tier[]): Tier[] {
  const sorted = [...tiers].sort((a, b) => a.minUnits - b.minUnits)
  if (sorted.length === 0) throw groupBuyingErrors.invalid_tiers({ needs: 'at least one tier' })
  for (const [i, tier] of sorted.entries()) {
    if (tier.minUnits < 1 || tier.unitPriceIdr < 1) throw groupBuyingErrors.invalid_tiers({ tier })
    const before = sorted[i - 1]
    if (!before) continue
    if (tier.minUnits === before.minUnits || tier.unitPriceIdr >= before.unitPriceIdr) {
      throw groupBuyingErrors.invalid_tiers({ tier, before })
    }
  }
  return sorted
}

export interface Terms {
  moq: number
  capacity?: number | undefined
  perUserLimit?: number | undefined
  closePolicy?: ClosePolicy | undefined
}

/**
 * Checks that the units of a session make sense: a session that could never reach its MOQ is a mistake.
 * @throws group_buying.invalid_terms
 */
export function requireTerms({ moq, capacity, perUserLimit }: Terms): void {
  const units = [moq, capacity, perUserLimit].filter((count) => count !== undefined)
  const whole = units.every((count) => Number.isInteger(count) && count > 0)
  if (whole && (capacity === undefined || capacity >= moq)) return
  throw groupBuyingErrors.invalid_terms({ moq, capacity, perUserLimit })
}

/**
 * Refuses a tier that no sale can reach, because it is an empty promise: a tier above the capacity, or above
 * the MOQ if the session closes at its MOQ.
 * @throws group_buying.tier_out_of_reach
 */
export function requireReachable(tiers: readonly { minUnits: number }[], terms: Terms): void {
  const { moq, capacity, closePolicy = 'at_moq' } = terms
  const most = closePolicy === 'at_moq' ? moq : (capacity ?? Number.POSITIVE_INFINITY)
  const beyond = tiers.find((tier) => tier.minUnits > most)
  if (beyond) throw groupBuyingErrors.tier_out_of_reach({ minUnits: beyond.minUnits, most, closePolicy })
}

/**
 * Returns the first tier's lowest price. Everybody pays the first tier's price at the join; the difference to
 * the final price returns to the wallet.
 */
export function entryPrice(tiers: readonly Tier[]): Rupiah {
  return finalTier(tiers, 0).unitPriceIdr
}

/** Returns the highest tier that the paid units reach; if they reach no tier, the first tier. */
export function finalTier(tiers: readonly Tier[], paidUnits: number): Tier {
  const sorted = sortedTiers(tiers)
  const reached = sorted.findLast((tier) => tier.minUnits <= paidUnits) ?? sorted[0]
  return reached as Tier
}

/** Returns the lowest price of the tier that the paid units reach. */
export const finalPrice = (tiers: readonly Tier[], paidUnits: number): Rupiah =>
  finalTier(tiers, paidUnits).unitPriceIdr

/** The figures of a session that its rules read. MOQ counts paid units, never unpaid joins. */
export interface SessionCount {
  closePolicy: ClosePolicy
  moq: number
  capacity: number | null
  paidUnits: number
  heldUnits: number
}

/**
 * Whether a session may close before its end: with `at_moq` once it has its MOQ, with `at_deadline` only once
 * its capacity is sold.
 */
export function isComplete(session: SessionCount): boolean {
  if (session.closePolicy === 'at_moq') return session.paidUnits >= session.moq
  return session.capacity !== null && session.paidUnits >= session.capacity
}

/**
 * Decides the outcome of a forming session at this instant. A session that has its MOQ when its time runs out
 * succeeds.
 */
export function verdict(session: SessionCount & { endsAt: Date }, now: Date): 'close' | 'fail' | 'wait' {
  if (isComplete(session)) return 'close'
  if (session.endsAt > now) return 'wait'
  return session.paidUnits >= session.moq ? 'close' : 'fail'
}

/**
 * Whether staff can no longer change a session: it is not forming, or its time is over and the next sweep
 * decides its outcome.
 */
export function notOpenForChange(session: { status: string; endsAt: Date }, now: Date): boolean {
  return session.status !== 'forming' || session.endsAt <= now
}

/** Returns the units of a session that can still be taken; `Infinity` without a capacity. */
export function freeUnits(session: SessionCount): number {
  return session.capacity === null
    ? Number.POSITIVE_INFINITY
    : session.capacity - session.paidUnits - session.heldUnits
}

/**
 * Whether a buyer may leave a paid place. Once the group has its MOQ, paid places are final, because other
 * buyers rely on them.
 */
export function mayLeavePaid(session: SessionCount): boolean {
  return session.paidUnits < session.moq
}

export interface Wish {
  units: number
}

/**
 * Gives out the free units of a session in order of arrival. A wish for more units than are left is refused,
 * and does not block the wishes after it.
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
 * Returns the members of a queue whose whole demand is covered by the reserved stock, strictly in turn. Stock
 * for a member whose other demand is missing is set aside, and nobody behind them gets it. So a delivery
 * never skips those who paid first.
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

export interface SoldLine {
  quantity: number
  /** The first tier's price of the variant, which was paid at the join. */
  paidUnitPriceIdr: Rupiah
  /** The variant's price in the tier that the session reached. */
  unitPriceIdr: Rupiah
}

/**
 * Returns a buyer's rebate. Everybody paid the first tier's prices at the join; if the final prices are
 * lower, the buyer gets the difference.
 */
export const rebateOf = (lines: readonly SoldLine[]): Rupiah =>
  lines.reduce(
    (sum, { quantity, paidUnitPriceIdr, unitPriceIdr }) => sum + quantity * (paidUnitPriceIdr - unitPriceIdr),
    0,
  )
