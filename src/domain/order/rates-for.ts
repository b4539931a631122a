import { addressesById } from '../address/index.ts'
import { requireCustomer, type Work } from '../kernel/index.ts'
import { offeredRates, type Parcel, type Rate, type RateContext } from '../logistics/index.ts'
import { orderErrors } from './errors.ts'
import { type AskedItem, priceLines, weightOf } from './order-lines.ts'

export interface RatesQuery {
  originPostalCode: string
  destination: { postalCode: string } | { addressId: string }
  items: AskedItem[]
}

/**
 * What couriers charge to bring these items somewhere, cheapest first (`POST /api/rates`).
 * An address may be named by the customer it belongs to and by staff.
 * @throws kernel.forbidden, order.no_items, variant_not_found, variant_not_on_sale, address_not_found, logistics.not_serviceable
 */
export async function ratesFor(context: RateContext, query: RatesQuery): Promise<Rate[]> {
  const parcel = await context.units.run(context.actor, (work) => parcelOf(work, query))
  return await offeredRates(context, parcel)
}

async function parcelOf(work: Work, query: RatesQuery): Promise<Parcel> {
  const { originPostalCode, destination } = query
  const weightG = weightOf(await priceLines(work.tx, query.items))
  if ('postalCode' in destination) {
    return { originPostalCode, destinationPostalCode: destination.postalCode, weightG }
  }
  const userId = work.actor.kind === 'staff' ? undefined : requireCustomer(work.actor)
  const { addressId } = destination
  const address = (await addressesById(work.tx, [addressId])).get(addressId)
  if (!address || (userId && address.userId !== userId)) throw orderErrors.address_not_found({ addressId })
  return { originPostalCode, destinationPostalCode: address.postalCode, weightG }
}
