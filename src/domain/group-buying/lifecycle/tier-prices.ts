import { identityOf, type Rupiah } from '../../kernel/index.ts'
import { groupBuyingErrors } from '../errors.ts'
import { sortedTiers, type Tier } from './final-price.ts'

/**
 * A price tier of a session as staff enter it. It has one price for all variants, or a discount on each
 * variant's shelf price. Single variants may have their own price.
 */
export interface NewTier {
  minUnits: number
  unitPriceIdr?: Rupiah | undefined
  /** The discount on the shelf price of each variant, in rupiah. */
  offIdr?: Rupiah | undefined
  /**
   * The discount on the shelf price of each variant, in percent, 1 to 99. The price is rounded down to whole
   * rupiah.
   */
  offPercent?: number | undefined
  /** The prices of single variants in this tier; a variant is given by UUID or SKU. */
  variantPrices?: readonly { variant: string; unitPriceIdr: Rupiah }[] | undefined
}

/** A variant of the product, with its price in the shop outside of the session. */
export interface ShelfVariant {
  id: string
  sku: string
  priceIdr: Rupiah
}

export interface PricedTier extends Tier {
  /** The price of every variant of the product in this tier, by the variant's id. */
  prices: ReadonlyMap<string, Rupiah>
}

/**
 * Calculates every variant's price in every tier. Returns the tiers in the order of their minimum units,
 * fewest first.
 *
 * Refuses one price for all variants if their shelf prices differ. Refuses a price above the shelf price, a
 * price that is higher than in the tier before, and a tier in which no variant is cheaper than in the one
 * before.
 * @throws group_buying.invalid_tiers, variants_differ, price_above_shelf, variant_not_found
 */
export function priceTiers(tiers: readonly NewTier[], variants: readonly ShelfVariant[]): PricedTier[] {
  const priced = tiers.map((tier): PricedTier => {
    const prices = new Map(variants.map((variant) => [variant.id, priceIn(tier, variant, variants)]))
    return { minUnits: tier.minUnits, unitPriceIdr: Math.min(...prices.values()), prices }
  })
  const sorted = sortedTiers(priced)
  for (const [i, tier] of sorted.entries()) {
    const before = sorted[i - 1]
    for (const [variantId, unitPriceIdr] of tier.prices) {
      const dearer = before !== undefined && unitPriceIdr > (before.prices.get(variantId) ?? 0)
      if (dearer) throw groupBuyingErrors.invalid_tiers({ minUnits: tier.minUnits, variantId, unitPriceIdr })
    }
    const isCheaper = ([id, idr]: [string, Rupiah]) =>
      before === undefined || idr < (before.prices.get(id) ?? 0)
    if (![...tier.prices].some(isCheaper))
      throw groupBuyingErrors.invalid_tiers({ minUnits: tier.minUnits, needs: 'a lower price than before' })
  }
  return sorted
}

function priceIn(tier: NewTier, variant: ShelfVariant, variants: readonly ShelfVariant[]): Rupiah {
  const unitPriceIdr = ownPrice(tier, variant, variants) ?? commonPrice(tier, variant, variants)
  const { minUnits } = tier
  const { sku, priceIdr: shelfIdr } = variant
  if (!Number.isInteger(unitPriceIdr) || unitPriceIdr < 1)
    throw groupBuyingErrors.invalid_tiers({ minUnits, sku, unitPriceIdr })
  if (unitPriceIdr > shelfIdr)
    throw groupBuyingErrors.price_above_shelf({ minUnits, sku, unitPriceIdr, shelfIdr })
  return unitPriceIdr
}

function ownPrice(
  { minUnits, variantPrices = [] }: NewTier,
  { id, sku }: ShelfVariant,
  variants: readonly ShelfVariant[],
): Rupiah | undefined {
  const names = (variant: Pick<ShelfVariant, 'id' | 'sku'>) => [variant.id, variant.sku].map(identityOf)
  const known = new Set(variants.flatMap(names))
  const stranger = variantPrices.find((variantPrice) => !known.has(identityOf(variantPrice.variant)))
  if (stranger) throw groupBuyingErrors.variant_not_found({ minUnits, variant: stranger.variant })
  const own = variantPrices.filter((price) => names({ id, sku }).includes(identityOf(price.variant)))
  if (own.length > 1) throw groupBuyingErrors.invalid_tiers({ minUnits, sku, prices: own.length })
  return own[0]?.unitPriceIdr
}

/**
 * Returns the price of a variant for which the tier lists no own price. Such a tier must use exactly one of
 * three ways to price all variants: one price, a discount in rupiah, or a discount in percent.
 */
function commonPrice(
  { minUnits, unitPriceIdr, offIdr, offPercent }: NewTier,
  { sku, priceIdr }: ShelfVariant,
  variants: readonly ShelfVariant[],
): Rupiah {
  const ways = [unitPriceIdr, offIdr, offPercent].filter((value) => value !== undefined)
  if (ways.length !== 1) throw groupBuyingErrors.invalid_tiers({ minUnits, sku, needs: 'one price' })
  if (offIdr !== undefined) return priceIdr - offIdr
  if (offPercent !== undefined) return Math.floor((priceIdr * (100 - offPercent)) / 100)
  if (variants.some((variant) => variant.priceIdr !== priceIdr)) {
    const shelf = Object.fromEntries(variants.map((variant) => [variant.sku, variant.priceIdr]))
    throw groupBuyingErrors.variants_differ({ minUnits, unitPriceIdr, shelf })
  }
  return unitPriceIdr as Rupiah
}
