import { sql } from 'kysely'
import type { Work } from '../kernel/index.ts'
import { type LimitUse, takeLimit } from '../ops/index.ts'
import { openStock } from '../warehouse/index.ts'

/**
 * Counts a decision about a locked order against the limits of the person who acts. The stock of the order's
 * goods is locked before, because the decision may change it, and all code locks stock before limits.
 * @throws kernel.second_person_needed, kernel.not_a_person
 */
export async function takeOrderLimit(work: Work, orderId: string, use: LimitUse): Promise<void> {
  const { rows } = await sql<{ variantId: string }>`
    select distinct variant_id from order_items where order_id = ${orderId}::uuid`.execute(work.tx)
  await openStock(
    work,
    rows.map((row) => row.variantId),
  )
  await takeLimit(work, use)
}
