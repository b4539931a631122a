import { sql } from 'kysely'
import type { Work } from '../../kernel/index.ts'
import { lockStock } from './lock.ts'
import { recordMovements } from './record-movements.ts'
import type { StockLine } from './rules.ts'

export interface ReturnedLine extends StockLine {
  /**
   * Whether the returned pieces cannot be sold again. They are then recorded as received and written off at
   * once, so that nobody can reserve them.
   */
  writtenOff: boolean
}

/**
 * Takes an order's returned goods into the warehouse, in the condition that staff found. Pieces fit for sale
 * emit stock.added for the sessions and orders that wait for them.
 */
export async function restock(
  work: Work,
  input: { orderId: string; reason: string; lines: readonly ReturnedLine[] },
): Promise<void> {
  const { orderId, reason, lines } = input
  if (lines.length === 0) return
  const variantIds = [...new Set(lines.map((line) => line.variantId))].sort()
  await sql`
    insert into warehouse_inventory (variant_id, updated_at) select id, ${work.now} from unnest(${variantIds}::uuid[]) as id
    on conflict do nothing`.execute(work.tx)
  await lockStock(work.tx, variantIds)
  const move = (kind: 'restocked' | 'written_off', { variantId, quantity }: StockLine) => ({
    variantId,
    kind,
    onHandChange: kind === 'restocked' ? quantity : -quantity,
    reservedChange: 0,
    subject: ['order', orderId] as [string, string],
    reason,
  })
  await recordMovements(work, [
    ...lines.map((line) => move('restocked', line)),
    ...lines.filter((line) => line.writtenOff).map((line) => move('written_off', line)),
  ])
  const sellable = lines.filter((line) => !line.writtenOff)
  for (const [variantId, all] of Map.groupBy(sellable, (line) => line.variantId)) {
    const quantity = all.reduce((sum, line) => sum + line.quantity, 0)
    work.emit({ type: 'stock.added', aggregate: ['variant', variantId], payload: { variantId, quantity } })
  }
}
