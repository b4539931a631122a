import { DomainError, type Policy } from '../kernel/index.ts'
import { cachedOffers } from './cached-rates.ts'
import { logisticsErrors } from './errors.ts'
import { fetchRates, type RateContext } from './fetch-rates.ts'
import type { Parcel, Rate } from './rate.ts'
import { zoneRate } from './zones.ts'

/**
 * A shipping fee for a parcel that has no cached one: asked of the couriers, or by zone where they cannot be asked.
 * @throws logistics.not_serviceable, logistics.courier_not_offered
 */
export async function quoteRate(context: RateContext, parcel: Parcel): Promise<Rate> {
  const [best] = await fetchRates(context, parcel)
  return best ?? byZone(context.units.policy, parcel)
}

function byZone(policy: Policy, parcel: Parcel): Rate {
  const { originPostalCode, destinationPostalCode, weightG, courier } = parcel
  return zoneRate(policy, originPostalCode, destinationPostalCode, weightG, courier)
}

/**
 * All that couriers offer for a parcel, cheapest first: cached, else asked, else one by zone.
 * @throws logistics.not_serviceable
 */
export async function offeredRates(context: RateContext, parcel: Parcel): Promise<Rate[]> {
  const { units, actor } = context
  const cached = await units.run(actor, ({ tx, now }) => cachedOffers(tx, parcel, now))
  if (cached.length > 0) return cached
  const fetched = await fetchRates(context, parcel)
  return fetched.length > 0 ? fetched : [byZone(context.units.policy, parcel)]
}

/** A parcel without a quote, as the error by which a use case asks for one before it writes anything. */
export class QuoteMissing extends DomainError {
  readonly parcel: Parcel

  constructor(parcel: Parcel) {
    const { code, kind, message } = logisticsErrors.quote_missing()
    super({ code, kind, message }, { ...parcel })
    this.parcel = parcel
  }
}

/**
 * Runs a use case that needs a shipping fee. Where it throws QuoteMissing, the fee is asked for, outside of any transaction,
 * and the use case is run again with it. What else it throws goes through.
 * @throws logistics.not_serviceable, logistics.courier_not_offered
 */
export async function withRate<T>(context: RateContext, run: (rate?: Rate) => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof QuoteMissing)) throw error
    return await run(await quoteRate(context, error.parcel))
  }
}

/**
 * `withRate` for a dry run, which asks nobody: where no fee is cached it is that of the zone table. What else it throws goes
 * through.
 */
export async function withZoneRate<T>(policy: Policy, run: (rate?: Rate) => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof QuoteMissing)) throw error
    return await run(byZone(policy, error.parcel))
  }
}
