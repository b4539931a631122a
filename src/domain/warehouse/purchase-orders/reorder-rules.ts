import { type StockLine, sum } from '../inventory/rules.ts'
import type { PurchaseOrderStatus } from '../transitions.ts'

/** A variant that a purchase order to its factory may contain. */
export interface ReorderLine {
  variantId: string
  /** The number of pieces that sessions lack and that are not on the way; 0 if there are enough. */
  missing: number
  /**
   * The number of pieces that may be ordered although no session needs them, because the factory sells whole
   * bundles.
   */
  mayExceed: number
  /** The number of pieces in a bundle; the factory sells whole bundles. */
  wholesaleUnit: number
}

export interface Reorder {
  lines: StockLine[]
  /**
   * The missing pieces that are not ordered. One more bundle would contain them, but also too many pieces
   * that nobody needs.
   */
  left: StockLine[]
}

/**
 * Returns how many pieces of each variant to order. The factory sells whole bundles of `wholesaleUnit`
 * pieces, and a bundle may mix variants with the same bundle size. The last bundle may contain too many
 * pieces that nobody needs. Then it is not ordered, and a person decides about its missing pieces.
 */
export function reorder(lines: readonly ReorderLine[]): Reorder {
  const parts = [...Map.groupBy(lines, (line) => line.wholesaleUnit)].map(([unit, all]) =>
    bundlesOf(unit, all),
  )
  return { lines: parts.flatMap((part) => part.lines), left: parts.flatMap((part) => part.left) }
}

function bundlesOf(unit: number, lines: readonly ReorderLine[]): Reorder {
  // The variant that lacks the largest number of pieces comes first. If not all missing pieces are ordered,
  // the first variants get theirs.
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

/**
 * Divides an amount into shares. `sizes` has the maximum size of each share. The first share gets as much as
 * its size allows, then the next share.
 */
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

/**
 * Tells whether a new purchase order may be made for a session that lacks pieces. After staff cancelled a
 * purchase order or closed it with pieces missing, only a person's request allows a new one.
 */
export function mayReorder(
  last: { status: PurchaseOrderStatus; complete: boolean } | undefined,
  askedByStaff: boolean,
): boolean {
  if (!last || askedByStaff) return true
  return last.status === 'received' || (last.status === 'closed' && last.complete)
}
