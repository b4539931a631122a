import { DomainError, type Policy } from '../../kernel/index.ts'
import { type Turn, takeTurns } from '../../ops/index.ts'
import { logisticsErrors } from '../errors.ts'
import { cachedOffers, isKnownCourier } from './cached.ts'
import { fetchRates, type PageVisit, type RateContext } from './fetch.ts'
import type { Parcel, Rate } from './rate.ts'
import { zoneRate } from './zones.ts'

/**
 * Returns a shipping fee for a parcel that has no cached fee. It asks the couriers; if they cannot be asked,
 * it returns the fee of the zone table.
 * @throws logistics.not_serviceable, logistics.courier_not_offered, logistics.parcel_impossible
 */
export async function quoteRate(context: RateContext, parcel: Parcel): Promise<Rate> {
  requirePossible(context.unitOfWork.policy, parcel)
  // A caller who asks too often gets the zone table's fee, because all callers share one limit of courier
  // calls per minute.
  const [best] = (await mayAsk(context)) ? await fetchRates(context, parcel) : []
  return best ?? (await byKnownZone(context, parcel))
}

/** @throws logistics.parcel_impossible */
function requirePossible({ parcelMaxKg }: Policy, { weightG }: Parcel): void {
  if (weightG > parcelMaxKg * 1000)
    throw logisticsErrors.parcel_impossible({ weightKg: Math.ceil(weightG / 1000), mostKg: parcelMaxKg })
}

function byZone(policy: Policy, parcel: Parcel): Rate {
  const { originPostalCode, destinationPostalCode, weightG, courier } = parcel
  return zoneRate(policy, originPostalCode, destinationPostalCode, weightG, courier)
}

/**
 * Returns the shipping fee of the zone table for a parcel. Refuses a requested courier that never quoted a
 * price.
 * @throws logistics.courier_not_offered
 */
async function byKnownZone(context: RateContext, parcel: Parcel): Promise<Rate> {
  const { courier } = parcel
  const usual = byZone(context.unitOfWork.policy, { ...parcel, courier: undefined })
  if (!courier || (courier.company === usual.company && courier.type === usual.type))
    return byZone(context.unitOfWork.policy, parcel)
  const known = await context.unitOfWork.run(context.actor, ({ tx }) => isKnownCourier(tx, courier))
  if (known) return byZone(context.unitOfWork.policy, parcel)
  const { company, type, priceIdr } = usual
  throw logisticsErrors.courier_not_offered({ ...courier, offered: [{ company, type, priceIdr }] })
}

/**
 * Returns the couriers' offers for a parcel, cheapest first: cached offers, or else offers that are requested
 * now, or else one offer of the zone table. All callers share one limit of courier calls per minute. So laku
 * asks couriers only for callers whom it knows and for page visits, each within limits of their own.
 * @throws logistics.not_serviceable, logistics.parcel_impossible
 */
export async function offeredRates(context: RateContext, parcel: Parcel): Promise<Rate[]> {
  const { unitOfWork } = context
  requirePossible(unitOfWork.policy, parcel)
  if (context.zoneOnly) return [byZone(unitOfWork.policy, parcel)]
  const cached = await cachedOffers(unitOfWork.db, parcel, unitOfWork.clock.now())
  if (cached.length > 0) return cached
  const fetched = (await mayAsk(context)) ? await fetchRates(context, parcel) : []
  return fetched.length > 0 ? fetched : [byZone(unitOfWork.policy, parcel)]
}

async function mayAsk({ unitOfWork, actor, asker, page }: RateContext): Promise<boolean> {
  const turns = page ? turnsOfPage(unitOfWork.policy, page) : []
  const person = asker ?? (actor.kind === 'customer' ? actor.id : undefined)
  if (person) turns.push(aMinute(`rates ${person}`, unitOfWork.policy.ratesPerPersonPerMinute))
  if (turns.length === 0) return actor.kind !== 'visitor'
  const { refused } = await unitOfWork.run(actor, (work) => takeTurns(work, turns))
  return !refused
}

const aMinute = (name: string, times: number) => ({ name, atOnce: times, everyS: 60 / times })

/**
 * Returns the limits on how often couriers are asked for visitors who are not logged in. One limit is for
 * this page visit, one for the visitor's network, and one for all visitors together.
 */
function turnsOfPage(policy: Policy, { visit, network }: PageVisit): Turn[] {
  return [
    aMinute(`rates page ${visit}`, policy.ratesPerPagePerMinute),
    aMinute(`rates network ${network}`, policy.ratesPerNetworkPerMinute),
    aMinute('rates pages', policy.ratesOfPagesPerMinute),
  ]
}

/**
 * The error for a parcel that has no quoted shipping fee. A use case throws it before it writes anything. Its
 * caller catches it, asks a courier for a quote, and runs the use case again.
 */
export class QuoteMissing extends DomainError {
  readonly parcel: Parcel

  constructor(parcel: Parcel) {
    const { code, kind, message } = logisticsErrors.quote_missing()
    super({ code, kind, message }, { ...parcel })
    this.parcel = parcel
  }
}

/**
 * Runs a use case that needs a shipping fee. If it throws QuoteMissing, the couriers are asked for the fee
 * outside of any transaction, and the use case runs again with the fee. Any other error is thrown to the
 * caller.
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
 * Runs a use case that needs a shipping fee, in a dry run, which asks no courier. If it throws QuoteMissing,
 * it runs again with the fee of the zone table. Any other error is thrown to the caller.
 */
export async function withZoneRate<T>(policy: Policy, run: (rate?: Rate) => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof QuoteMissing)) throw error
    return await run(byZone(policy, error.parcel))
  }
}
