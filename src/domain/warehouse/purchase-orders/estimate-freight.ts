import { sql } from 'kysely'
import { DomainError, type Work } from '../../kernel/index.ts'
import { cachedRates, type Parcel, quoteRate, type Rate, type RateContext } from '../../logistics/index.ts'

/**
 * The input for a freight estimate of a purchase order: access to courier rates, and the warehouse's postal
 * code.
 */
export interface FreightContext extends RateContext {
  /** The warehouse's postal code. */
  destinationPostalCode: string
}

/**
 * Saves an estimate of a purchase order's freight from the factory to the warehouse; it is information only.
 * The estimate is a cached rate, a courier's rate, or a rate by zone if no courier can be asked. It stays
 * empty if no courier delivers to the warehouse.
 */
export async function estimateFreight(context: FreightContext, purchaseOrderId: string): Promise<void> {
  const { unitOfWork, actor } = context
  const known = await unitOfWork.run(actor, async (work) => {
    const parcel = await parcelOf(work, purchaseOrderId, context.destinationPostalCode)
    if (!parcel) return undefined
    const [cached] = (await cachedRates(work.tx, [{ key: purchaseOrderId, ...parcel }], work.now)).values()
    if (cached) await note(work, purchaseOrderId, cached)
    return { parcel, cached }
  })
  if (!known || known.cached) return
  const rate = await quoteRate(context, known.parcel).catch((error: unknown) => {
    // A DomainError means that no courier delivers to the warehouse, so no rate is saved.
    if (error instanceof DomainError) return undefined
    throw error
  })
  if (rate) await unitOfWork.run(actor, (work) => note(work, purchaseOrderId, rate))
}

/**
 * Returns the purchase order's goods as one parcel; undefined if the purchase order already has a freight
 * estimate.
 */
async function parcelOf(
  work: Work,
  purchaseOrderId: string,
  destinationPostalCode: string,
): Promise<Parcel | undefined> {
  const { rows } = await sql<{ originPostalCode: string; weightG: number }>`
    select f.postal_code as origin_postal_code, sum(i.quantity * v.weight_g)::int8 as weight_g
    from warehouse_purchase_orders o join factories f on f.id = o.factory_id
    join purchase_order_items i on i.purchase_order_id = o.id join product_variants v on v.id = i.variant_id
    where o.id = ${purchaseOrderId} and o.freight_idr is null group by f.postal_code`.execute(work.tx)
  return rows[0] && { ...rows[0], destinationPostalCode }
}

async function note(work: Work, purchaseOrderId: string, { priceIdr, source }: Rate): Promise<void> {
  await sql`
    update warehouse_purchase_orders set freight_idr = ${priceIdr}, freight_source = ${source}
    where id = ${purchaseOrderId} and freight_idr is null`.execute(work.tx)
}
