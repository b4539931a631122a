import type { Work } from '../../kernel/index.ts'
import { type VariantDetail, variantsAround } from '../../product/index.ts'
import { createPurchaseOrder } from '../purchase-orders/create.ts'
import { lastPurchaseOrderOf, type PurchaseOrderView } from '../purchase-orders/read.ts'
import { mayReorder, type Reorder, reorder } from '../purchase-orders/reorder-rules.ts'
import { sendPurchaseOrder } from '../purchase-orders/send.ts'
import { unclaimedIncoming } from '../purchase-orders/unclaimed-incoming.ts'
import { openPurchaseOrderStates } from '../transitions.ts'
import { openStock, type Stock } from './lock.ts'
import { recordMovements } from './record-movements.ts'
import { growReservations, reservedFor, shrinkReservations } from './reservations.ts'
import { type StockLine, totalsOf } from './rules.ts'
import { saveShortages } from './shortages.ts'

export interface Coverage {
  /** The pieces that are reserved for the session now. */
  reservations: StockLine[]
  /** The pieces that the session needs and that are not reserved for it. */
  missing: { variantId: string; sku: string; missing: number }[]
  /** The purchase order to the factory that brings the session's missing pieces. */
  purchaseOrder?: PurchaseOrderView
  /** The pieces that the session lacks and that no purchase order will bring, so that a person must act. */
  uncovered: (StockLine & { sku: string })[]
}

/**
 * Makes a session's reservation of stock equal to its demand, as far as unreserved pieces allow. Missing
 * pieces are ordered from the factory, but only once. Nothing is ordered if the session has an open purchase
 * order. Pieces on the way that no other session needs are not ordered again. A repeated call changes
 * nothing. The caller has locked the session's row.
 * @throws warehouse.invalid_quantity
 */
export async function coverDemand(
  work: Work,
  demand: { sessionId: string; lines: readonly StockLine[] },
): Promise<Coverage> {
  const { sessionId } = demand
  const wanted = totalsOf(demand.lines)
  const heldBefore = await reservedFor(work.tx, sessionId)
  const variants = await variantsAround(work.tx, [...wanted.keys(), ...heldBefore.keys()])
  if (variants.size === 0) return { reservations: [], missing: [], uncovered: [] }
  const stock = await openStock(work, variants.keys())
  // A delivery may have added to the session's reservations before the stock was locked. So the reservations
  // are read again.
  const held = await reservedFor(work.tx, sessionId)
  const ids = new Set([...wanted.keys(), ...held.keys()])
  const moves = [...ids].flatMap((variantId) => {
    const need = (wanted.get(variantId) ?? 0) - (held.get(variantId) ?? 0)
    const quantity = Math.min(need, freeOf(stock, variantId))
    return quantity === 0 ? [] : [{ variantId, quantity }]
  })
  await moveReservations(work, sessionId, moves)
  for (const { variantId, quantity } of moves) {
    held.set(variantId, (held.get(variantId) ?? 0) + quantity)
    const row = stock.get(variantId)
    if (row) row.reserved += quantity
  }
  const missing = linesOf(wanted, (quantity, variantId) => quantity - (held.get(variantId) ?? 0))
  await saveShortages(work, sessionId, missing)
  const skuOf = (variantId: string) => variants.get(variantId)?.sku ?? variantId
  const coverage = {
    reservations: linesOf(held, (quantity) => quantity),
    missing: missing.map(({ variantId, quantity }) => ({
      variantId,
      sku: skuOf(variantId),
      missing: quantity,
    })),
  }
  if (missing.length === 0) return { ...coverage, uncovered: [] }
  const { purchaseOrder, left } = await reorderFor(work, sessionId, missing, { variants, stock })
  return {
    ...coverage,
    ...(purchaseOrder ? { purchaseOrder } : {}),
    uncovered: left.map((line) => ({ ...line, sku: skuOf(line.variantId) })),
  }
}

const freeOf = (stock: ReadonlyMap<string, Stock>, variantId: string) => {
  const row = stock.get(variantId)
  return row ? row.onHand - row.reserved : 0
}

function linesOf(
  totals: ReadonlyMap<string, number>,
  of: (quantity: number, variantId: string) => number,
): StockLine[] {
  return [...totals].flatMap(([variantId, total]) => {
    const quantity = of(total, variantId)
    return quantity > 0 ? [{ variantId, quantity }] : []
  })
}

/**
 * Reserves (+) or releases (-) pieces of stock for a session. Released pieces emit stock.added for the
 * sessions and orders that wait for them.
 */
async function moveReservations(work: Work, sessionId: string, moves: readonly StockLine[]): Promise<void> {
  const taken = moves.filter((line) => line.quantity > 0)
  const given = moves.flatMap((line) => (line.quantity < 0 ? [{ ...line, quantity: -line.quantity }] : []))
  await growReservations(
    work,
    taken.map((line) => ({ subjectKind: 'session', subjectId: sessionId, ...line })),
  )
  if (given.length > 0) await shrinkReservations(work, sessionId, given, 'released')
  await recordMovements(
    work,
    moves.map(({ variantId, quantity }) => ({
      variantId,
      kind: quantity > 0 ? 'reserved' : 'released',
      onHandChange: 0,
      reservedChange: quantity,
      subject: ['session', sessionId],
    })),
  )
  if (taken.length > 0) {
    const units = taken.reduce((sum, line) => sum + line.quantity, 0)
    const payload = { subjectKind: 'session' as const, subjectId: sessionId, units }
    work.emit({ type: 'stock.reserved', aggregate: ['session', sessionId], payload })
  }
  for (const { variantId, quantity } of given)
    work.emit({ type: 'stock.added', aggregate: ['variant', variantId], payload: { variantId, quantity } })
}

interface Shelves {
  variants: ReadonlyMap<string, VariantDetail>
  stock: ReadonlyMap<string, Stock>
}

/**
 * Returns the purchase order that brings a session's missing pieces. This is the session's open purchase
 * order, or else a new one if a new one is allowed.
 */
async function reorderFor(
  work: Work,
  sessionId: string,
  missing: readonly StockLine[],
  shelves: Shelves,
): Promise<{ purchaseOrder?: PurchaseOrderView; left: StockLine[] }> {
  const last = await lastPurchaseOrderOf(work.tx, sessionId)
  if (last && openPurchaseOrderStates.includes(last.status)) return { purchaseOrder: last, left: [] }
  const { lines, left } = await plan(work, sessionId, missing, shelves)
  const complete = last?.items.every((item) => item.received === item.quantity) ?? false
  const ended = last && { status: last.status, complete }
  if (!mayReorder(ended, isPerson(work.actor))) return { left: [...lines, ...left] }
  if (lines.length === 0) return { left }
  // A session sells the variants of one product only, so any of them gives the product's id.
  const [{ productId }] = [...shelves.variants.values()] as [VariantDetail]
  const { id } = await createPurchaseOrder(work, { session: { id: sessionId, productId }, lines })
  return { purchaseOrder: await sendPurchaseOrder(work, id), left }
}

/**
 * Tells whether the actor is a person of the staff, and not a service (a program). A service may repeat a
 * request automatically, so only a person may order pieces a second time.
 */
const isPerson = (actor: Work['actor']) => actor.kind === 'staff' && actor.role !== 'service'

async function plan(
  work: Work,
  sessionId: string,
  missing: readonly StockLine[],
  { variants, stock }: Shelves,
): Promise<Reorder> {
  const coming = await unclaimedIncoming(work.tx, [...variants.keys()], sessionId)
  const lacking = new Map(missing.map((line) => [line.variantId, line.quantity]))
  return reorder(
    [...variants.values()].map(({ id, wholesaleUnit, maxExcessUnits }) => {
      const short = lacking.get(id) ?? 0
      const unclaimed = Math.max(0, coming.get(id) ?? 0)
      const over = Math.max(0, unclaimed - short) + freeOf(stock, id)
      return {
        variantId: id,
        missing: Math.max(0, short - unclaimed),
        mayExceed: Math.max(0, maxExcessUnits - over),
        wholesaleUnit,
      }
    }),
  )
}
