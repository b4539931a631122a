import type { StockLine } from '../inventory/rules.ts'
import type { PurchaseOrderStatus } from '../transitions.ts'

/** A variant that a factory may be asked for. */
export interface ReorderLine {
  variantId: string
  /** Pieces that are short and not on the way; 0 where there are enough. */
  missing: number
  /** Pieces beyond those that the warehouse takes to fill a bundle. */
  mayExceed: number
  /** Pieces to a bundle: what the factory sells at once. */
  wholesaleUnit: number
}

export interface Reorder {
  lines: StockLine[]
  /**
   * The pieces that were short and could not be ordered: a whole bundle would bring more than the limits
   * take.
   */
  left: StockLine[]
}

/**
 * How many pieces of each variant to order: of variants with equal bundles ceil(s / wholesale_unit)
 * bundles, which may mix them; each at least what is short of it, and at most so many more as its limit takes
 * (max_excess_units). Where the last bundle would bring more than all limits together take, it is left out:
 * then less comes than is short, whole bundles still, and a person decides about the rest. Nothing comes for
 * what is not short but to fill a bundle.
 */
export function reorder(lines: readonly ReorderLine[]): Reorder {
  const parts = [...Map.groupBy(lines, (line) => line.wholesaleUnit)].map(([unit, all]) =>
    bundlesOf(unit, all),
  )
  return { lines: parts.flatMap((part) => part.lines), left: parts.flatMap((part) => part.left) }
}

function bundlesOf(unit: number, lines: readonly ReorderLine[]): Reorder {
  // The variant that sells most comes first: it takes the excess, and it is served where not all can be.
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

/** Pours an amount into vessels of these sizes, one after another. */
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
 * Whether a session that is short may have a further purchase order. One that a person cancelled or closed
 * short is not replaced by itself: they know why it ended, so the next one waits until somebody of the staff
 * asks for it.
 */
export function mayReorder(
  last: { status: PurchaseOrderStatus; complete: boolean } | undefined,
  askedByStaff: boolean,
): boolean {
  if (!last || askedByStaff) return true
  return last.status === 'received' || (last.status === 'closed' && last.complete)
}
