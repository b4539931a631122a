import { requireStaff, type Work } from '../../kernel/index.ts'
import { variantsById } from '../../product/index.ts'
import { warehouseErrors } from '../errors.ts'
import { openStock } from './lock.ts'
import { type StockView, stockOf } from './read.ts'
import { recordMovements } from './record-movements.ts'

export interface Adjustment {
  variantId: string
  /** The number of pieces that are added to the stock (+) or removed from it (-). */
  change: number
  reason: string
}

// The largest number of pieces of a variant in the warehouse. PostgreSQL's integer type can store it, and no
// real stock is larger.
const LARGEST = 1_000_000_000

/**
 * Corrects the number of pieces in the warehouse after a count or an unannounced delivery. Added pieces emit
 * stock.added for the sessions and orders that wait for them.
 * @throws warehouse.variant_not_found, invalid_quantity, below_reserved, kernel.forbidden
 */
export async function adjustStock(work: Work, input: Adjustment): Promise<StockView> {
  requireStaff(work.actor, 'warehouse', 'service')
  const { variantId, change, reason } = input
  if (!Number.isSafeInteger(change) || change === 0) throw warehouseErrors.invalid_quantity({ change })
  const variant = (await variantsById(work.tx, [variantId])).get(variantId)
  if (!variant) throw warehouseErrors.variant_not_found({ variantId })
  const before = (await openStock(work, [variantId])).get(variantId)
  if (!before) throw new Error(`variant ${variantId} has no inventory row`)
  const onHand = before.onHand + change
  if (onHand > LARGEST) throw warehouseErrors.invalid_quantity({ change, largest: LARGEST })
  if (onHand < before.reserved) {
    const free = before.onHand - before.reserved
    throw warehouseErrors.below_reserved({ variantId, sku: variant.sku, change, ...before, free })
  }
  await recordMovements(work, [
    {
      variantId,
      kind: 'adjusted',
      onHandChange: change,
      reservedChange: 0,
      subject: ['variant', variantId],
      reason,
    },
  ])
  if (change > 0) {
    const payload = { variantId, quantity: change }
    work.emit({ type: 'stock.added', aggregate: ['variant', variantId], payload })
  }
  const after = { onHand, reserved: before.reserved }
  work.audit({ command: 'stock adjust', subject: ['variant', variantId], before, after })
  return await stockOf(work.tx, variantId)
}
