import { DomainError, type Policy } from '../../kernel/index.ts'
import { type Turn, takeTurns } from '../../ops/index.ts'
import { logisticsErrors } from '../errors.ts'
import { cachedOffers, isKnownCourier } from './cached.ts'
import { fetchRates, type PageVisit, type RateContext } from './fetch.ts'
import type { Parcel, Rate } from './rate.ts'
import { zoneRate } from './zones.ts'

/**
 * A shipping fee for a parcel that has no cached one: asked of the couriers, or by zone where they cannot be
 * asked.
 * @throws logistics.not_serviceable, logistics.courier_not_offered, logistics.parcel_impossible
 */
export async function quoteRate(context: RateContext, parcel: Parcel): Promise<Rate> {
  requirePossible(context.units.policy, parcel)
  // A caller who asks too often gets the zone's fee: the courier's minute is everybody's.
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
 * The fee by zone; of a courier that nobody ever quoted there is none.
 * @throws logistics.courier_not_offered
 */
async function byKnownZone(context: RateContext, parcel: Parcel): Promise<Rate> {
  const { courier } = parcel
  const usual = byZone(context.units.policy, { ...parcel, courier: undefined })
  if (!courier || (courier.company === usual.company && courier.type === usual.type))
    return byZone(context.units.policy, parcel)
  const known = await context.units.run(context.actor, ({ tx }) => isKnownCourier(tx, courier))
  if (known) return byZone(context.units.policy, parcel)
  const { company, type, priceIdr } = usual
  throw logisticsErrors.courier_not_offered({ ...courier, offered: [{ company, type, priceIdr }] })
}

/**
 * All that couriers offer for a parcel, cheapest first: cached, else asked, else one by zone. Couriers take
 * so many calls a minute from all of us, so they are asked for who is known alone, and so often for each
 * person; all others get what is cached, or the zone's.
 * @throws logistics.not_serviceable, logistics.parcel_impossible
 */
export async function offeredRates(context: RateContext, parcel: Parcel): Promise<Rate[]> {
  const { units } = context
  requirePossible(units.policy, parcel)
  if (context.zoneOnly) return [byZone(units.policy, parcel)]
  const cached = await cachedOffers(units.db, parcel, units.clock.now())
  if (cached.length > 0) return cached
  const fetched = (await mayAsk(context)) ? await fetchRates(context, parcel) : []
  return fetched.length > 0 ? fetched : [byZone(units.policy, parcel)]
}

async function mayAsk({ units, actor, asker, page }: RateContext): Promise<boolean> {
  const turns = page ? turnsOfPage(units.policy, page) : []
  const person = asker ?? (actor.kind === 'customer' ? actor.id : undefined)
  if (person) turns.push(aMinute(`rates ${person}`, units.policy.ratesPerPersonPerMinute))
  if (turns.length === 0) return actor.kind !== 'visitor'
  const { refused } = await units.run(actor, (work) => takeTurns(work, turns))
  return !refused
}

const aMinute = (name: string, times: number) => ({ name, atOnce: times, everyS: 60 / times })

/**
 * Somebody who reads a session's page and is not logged in: counted by page, by network, and all of them
 * together.
 */
function turnsOfPage(policy: Policy, { visit, network }: PageVisit): Turn[] {
  return [
    aMinute(`rates page ${visit}`, policy.ratesPerPagePerMinute),
    aMinute(`rates network ${network}`, policy.ratesPerNetworkPerMinute),
    aMinute('rates pages', policy.ratesOfPagesPerMinute),
  ]
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
 * Runs a use case that needs a shipping fee. Where it throws QuoteMissing, the fee is asked for, outside of
 * any transaction, and the use case is run again with it. What else it throws goes through.
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
 * `withRate` for a dry run, which asks nobody: where no fee is cached it is that of the zone table. What else
 * it throws goes through.
 */
export async function withZoneRate<T>(policy: Policy, run: (rate?: Rate) => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof QuoteMissing)) throw error
    return await run(byZone(policy, error.parcel))
  }
}
