import type { Rupiah } from '../../kernel/index.ts'
import { groupBuyingErrors } from '../errors.ts'

export interface Tier {
  minUnits: number
  /** The lowest unit price in this tier: that of the cheapest variant. */
  unitPriceIdr: Rupiah
}

/**
 * Returns the tiers of a session in the order of their minimum units, fewest first. Refuses tiers whose
 * lowest price rises from tier to tier, and tiers without units or without a price.
 * @throws group_buying.invalid_tiers
 */
export function sortedTiers<T extends Tier>(tiers: readonly T[]): T[] {
  const sorted = [...tiers].sort((a, b) => a.minUnits - b.minUnits)
  if (sorted.length === 0) throw groupBuyingErrors.invalid_tiers({ needs: 'at least one tier' })
  for (const [i, tier] of sorted.entries()) {
    if (tier.minUnits < 1 || tier.unitPriceIdr < 1) throw groupBuyingErrors.invalid_tiers({ tier })
    const before = sorted[i - 1]
    if (!before) continue
    if (tier.minUnits === before.minUnits || tier.unitPriceIdr > before.unitPriceIdr) {
      throw groupBuyingErrors.invalid_tiers({ tier, before })
    }
  }
  return sorted
}

/** Returns the highest tier that the paid units reach; if they reach no tier, the first tier. */
export function finalTier<T extends Tier>(tiers: readonly T[], paidUnits: number): T {
  const sorted = sortedTiers(tiers)
  const reached = sorted.findLast((tier) => tier.minUnits <= paidUnits) ?? sorted[0]
  return reached as T
}

export interface SoldLine {
  quantity: number
  /** The variant's price in the first tier, which the buyer paid at the join. */
  paidUnitPriceIdr: Rupiah
  /** The variant's price in the tier that the session reached. */
  unitPriceIdr: Rupiah
}

/**
 * Returns a buyer's rebate: the difference between the first tier's prices, which everybody paid at the join,
 * and the final prices.
 */
export const rebateOf = (lines: readonly SoldLine[]): Rupiah =>
  lines.reduce(
    (sum, { quantity, paidUnitPriceIdr, unitPriceIdr }) => sum + quantity * (paidUnitPriceIdr - unitPriceIdr),
    0,
  )
