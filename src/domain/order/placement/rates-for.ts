import { addressesById } from '../../address/index.ts'
import { requireCustomer } from '../../kernel/index.ts'
import { offeredRates, type Parcel, type Rate, type RateContext } from '../../logistics/index.ts'
import { orderErrors } from '../errors.ts'
import { type AskedItem, type OrderLine, priceLines, weightOf } from './lines.ts'

export interface RatesQuery {
  originPostalCode: string
  destination: { postalCode: string } | { addressId: string }
  items: AskedItem[]
}

/**
 * Returns the couriers' prices for sending these items to a destination, cheapest first (`POST /api/rates`).
 * Only the customer who owns a stored address, and staff, may use it as the destination. If the caller has
 * already read the order items, it passes them as `given`, so they are not read again.
 * @throws kernel.forbidden, order.no_items, variant_not_found, variant_not_on_sale, address_not_found,
 * logistics.not_serviceable
 */
export async function ratesFor(
  context: RateContext,
  query: RatesQuery,
  given?: readonly OrderLine[],
): Promise<Rate[]> {
  const { unitOfWork, actor, page, ...more } = context
  const lines = given ?? (await priceLines(unitOfWork.db, query.items))
  const parcel = await parcelOf(context, query, weightOf(lines))
  const isOfPage = page && lines.every(({ variant }) => variant.productId === page.productId)
  return await offeredRates({ unitOfWork, actor, ...more, ...(isOfPage ? { page } : {}) }, parcel)
}

async function parcelOf(
  { unitOfWork, actor }: RateContext,
  query: RatesQuery,
  weightG: number,
): Promise<Parcel> {
  const { originPostalCode, destination } = query
  if ('postalCode' in destination) {
    return { originPostalCode, destinationPostalCode: destination.postalCode, weightG }
  }
  const userId = actor.kind === 'staff' ? undefined : requireCustomer(actor)
  const { addressId } = destination
  const address = await unitOfWork.run(actor, async ({ tx }) =>
    (await addressesById(tx, [addressId])).get(addressId),
  )
  if (!address || (userId && address.userId !== userId)) throw orderErrors.address_not_found({ addressId })
  return { originPostalCode, destinationPostalCode: address.postalCode, weightG }
}
