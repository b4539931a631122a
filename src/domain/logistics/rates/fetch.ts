import { sql } from 'kysely'
import {
  type Actor,
  asRecords,
  ProviderFailure,
  secondsAfter,
  type UnitOfWork,
  type Work,
} from '../../kernel/index.ts'
import { isPaused } from '../../ops/index.ts'
import { isUnserviceable } from '../bookings/refusals.ts'
import type { CourierGateway, CourierRate } from '../courier.ts'
import { logisticsErrors } from '../errors.ts'
import { cheapestFirst, estimateOf, type Parcel, type Rate, weightClassKg } from './rate.ts'

export interface RateContext {
  unitOfWork: UnitOfWork
  actor: Actor
  courier: CourierGateway
  /**
   * The buyer for whom couriers are asked for prices, if the buyer is not the actor. For example, a batch of
   * joins has one actor but many buyers.
   */
  asker?: string
  /**
   * The visit to a session's page by a person who wants shipping fees. It is present if that person is not
   * logged in.
   */
  page?: PageVisit
  /**
   * True for a caller who is not logged in and asked too often. So couriers are not asked, and the caller
   * gets the shipping fee of the zone table.
   */
  zoneOnly?: boolean
}

export interface PageVisit {
  /** The unique id of the visit to a session's page. */
  visit: string
  /** The visitor's network: an IPv4 address, or an IPv6 /64. */
  network: string
  /** The product of the session's page. Couriers are asked for prices of this product only. */
  productId: string
}

// The requests for prices that couriers have not answered yet. A hundred buyers in the same city share one
// request, because a provider accepts few calls a second.
const underWay = new WeakMap<CourierGateway, Map<string, Promise<CourierRate[]>>>()

/**
 * Asks the couriers for their prices of a parcel, within policy.rateTimeoutMs, and stores the prices for
 * policy.rateCacheHours. Returns the prices, cheapest first. If the buyer requested a courier, it returns
 * only that courier's prices. It returns an empty list if the couriers are down, too slow, or paused by
 * staff.
 * @throws logistics.not_serviceable, logistics.courier_not_offered
 */
export async function fetchRates(context: RateContext, parcel: Parcel): Promise<Rate[]> {
  const answer = await ask(context, parcel)
  if (answer === undefined) return []
  if (answer.length === 0) throw notServiceable(parcel)
  const rates = answer
    .map((rate): Rate => ({ ...rate, source: 'courier', ...estimateOf(parcel.weightG) }))
    .sort(cheapestFirst)
  const { courier } = parcel
  if (!courier) return rates
  const asked = rates.filter((rate) => rate.company === courier.company && rate.type === courier.type)
  if (asked.length > 0) return asked
  const offered = rates.map(({ company, type, priceIdr }) => ({ company, type, priceIdr }))
  throw logisticsErrors.courier_not_offered({ ...courier, offered })
}

const notServiceable = ({ destinationPostalCode }: Parcel) =>
  logisticsErrors.not_serviceable({ postalCode: destinationPostalCode })

async function ask(context: RateContext, parcel: Parcel): Promise<CourierRate[] | undefined> {
  const { courier } = context
  const flights = underWay.get(courier) ?? new Map<string, Promise<CourierRate[]>>()
  underWay.set(courier, flights)
  const key = `${parcel.originPostalCode} ${parcel.destinationPostalCode} ${weightClassKg(parcel.weightG)}`
  let flight = flights.get(key)
  if (!flight) {
    flight = callAndStore(context, parcel).finally(() => flights.delete(key))
    flights.set(key, flight)
  }
  try {
    return await flight
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error
    if (isUnserviceable(error)) throw notServiceable(parcel)
    return undefined
  }
}

async function callAndStore(context: RateContext, parcel: Parcel): Promise<CourierRate[]> {
  const { unitOfWork, actor, courier } = context
  const { paused, timeoutMs } = await unitOfWork.run(actor, async ({ tx, policy }) => ({
    paused: await isPaused(tx, 'biteship'),
    timeoutMs: policy.rateTimeoutMs,
  }))
  if (paused) throw rateFailure('paused')
  // The couriers require a value of the goods, so laku sends a fixed value. The value does not change the
  // shipping price, because the parcel is not insured. Only the weight and the two postal codes determine the
  // price.
  const items = [
    { name: 'Paket', valueIdr: 10_000, quantity: 1, weightG: weightClassKg(parcel.weightG) * 1000 },
  ]
  const { originPostalCode, destinationPostalCode } = parcel
  const rates = await within(timeoutMs, courier.rates({ originPostalCode, destinationPostalCode, items }))
  await unitOfWork.run(actor, (work) => storeRates(work, parcel, rates))
  return rates
}

const rateFailure = (code: string) =>
  new ProviderFailure({ provider: 'biteship', operation: 'rates', outcome: 'unreachable', code })

/** Limits the time of a provider call, because a buyer waits for the answer. A late answer is an error. */
async function within<T>(timeoutMs: number, call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(rateFailure('too_slow')), timeoutMs)
  })
  try {
    return await Promise.race([call, timeout])
  } finally {
    clearTimeout(timer)
  }
}

async function storeRates(work: Work, parcel: Parcel, rates: readonly CourierRate[]): Promise<void> {
  const { originPostalCode, destinationPostalCode, weightG } = parcel
  const expiresAt = secondsAfter(work.now, work.policy.rateCacheHours * 3600)
  const place = { originPostalCode, destinationPostalCode, weightKg: weightClassKg(weightG), expiresAt }
  // If one answer has two prices for the same courier and service type, only the cheaper one is stored,
  // because both belong to the same row.
  const best = new Map<string, CourierRate>()
  for (const rate of rates) {
    const key = `${rate.company} ${rate.type}`
    const known = best.get(key)
    if (!known || rate.priceIdr < known.priceIdr) best.set(key, rate)
  }
  const rows = [...best].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, rate]) => ({ ...place, ...rate }))
  await sql`
    insert into shipping_rates as r (origin_postal_code, destination_postal_code, weight_kg, company, type, service,
      price_idr, duration, expires_at)
    select origin_postal_code, destination_postal_code, weight_kg, company, type, service, price_idr, duration, expires_at
    from jsonb_populate_recordset(null::shipping_rates, ${asRecords(rows)}::jsonb)
    on conflict (origin_postal_code, destination_postal_code, weight_kg, company, type) do update
    set service = excluded.service, price_idr = excluded.price_idr, duration = excluded.duration,
      expires_at = excluded.expires_at`.execute(work.tx)
}
