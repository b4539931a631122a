import type { StockLine } from '../inventory/rules.ts'
import type { PurchaseOrderStatus } from '../transitions.ts'

/** A variant that a purchase order to its factory may contain. */
export interface ReorderLine {
  variantId: string
  /** The number of pieces that are short and not on the way; 0 if there are enough. */
  missing: number
  /** The number of pieces beyond the missing ones that the warehouse accepts, to fill a bundle. */
  mayExceed: number
  /** The number of pieces in a bundle; the factory sells whole bundles. */
  wholesaleUnit: number
}

export interface Reorder {
  lines: StockLine[]
  /** The pieces that are short and could not be ordered, because a further bundle would exceed the limits. */
  left: StockLine[]
}

/**
 * Returns how many pieces of each variant to order. Variants with equal bundle sizes share ceil(s /
 * wholesale_unit) bundles, where s is the sum of their missing pieces; a bundle may mix them. Each variant
 * gets at least the pieces it lacks, and at most max_excess_units more. If the last bundle would exceed the
 * limits of all variants together, that bundle is left out. Then whole bundles cover less than is short, and
 * a person decides about the rest. A variant that lacks nothing is ordered only to fill a bundle.
 */
export function reorder(lines: readonly ReorderLine[]): Reorder {
  const parts = [...Map.groupBy(lines, (line) => line.wholesaleUnit)].map(([unit, all]) =>
    bundlesOf(unit, all),
  )
  return { lines: parts.flatMap((part) => part.lines), left: parts.flatMap((part) => part.left) }
}

function bundlesOf(unit: number, lines: readonly ReorderLine[]): Reorder {
  // The variant that lacks most pieces comes first. It takes the excess of the last bundle, and it is served
  // first if not all variants can be served.
  const sorted = lines.toSorted((a, b) => b.missing - a.missing || (a.variantId < b.variantId ? -1 : 1))
  const short = sum(sorted.map((line) => line.missing))
  const excess = Math.ceil(short / unit) * unit - short
  if (excess <= sum(sorted.map((line) => line.mayExceed))) {
    const more = fill(
      excess,
      sorted.map((line) => line.mayExceed),
    )
    return { lines: pieces(sorted, (line, i) => line.missing + (more[i] as number)), left: [] }
  }
  const given = fill(
    Math.floor(short / unit) * unit,
    sorted.map((line) => line.missing),
  )
  return {
    lines: pieces(sorted, (_, i) => given[i] as number),
    left: pieces(sorted, (line, i) => line.missing - (given[i] as number)),
  }
}

/** Distributes an amount over limits (`sizes`): the first gets as much as its limit allows, then the next. */
function fill(amount: number, sizes: readonly number[]): number[] {
  let rest = amount
  return sizes.map((size) => {
    const taken = Math.min(size, rest)
    rest -= taken
    return taken
  })
}

function pieces(lines: readonly ReorderLine[], of: (line: ReorderLine, i: number) => number): StockLine[] {
  return lines.flatMap((line, i) => {
    const quantity = of(line, i)
    return quantity > 0 ? [{ variantId: line.variantId, quantity }] : []
  })
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)

/**
 * Tells whether a session that lacks pieces may have a further purchase order. A purchase order that a person
 * cancelled or closed short is not replaced automatically, because that person knows why it ended. The next
 * purchase order then waits until staff request it.
 */
export function mayReorder(
  last: { status: PurchaseOrderStatus; complete: boolean } | undefined,
  askedByStaff: boolean,
): boolean {
  if (!last || askedByStaff) return true
  return last.status === 'received' || (last.status === 'closed' && last.complete)
}
