import { type Kysely, sql } from 'kysely'
import { asRecords, type DB, type Rupiah, secondsAfter, type Tx, type Work } from '../../kernel/index.ts'
import { type CourierChoice, estimateOf, type Parcel, type Rate, weightClassKg } from './rate.ts'

interface CachedRow {
  key: string
  company: string
  type: string
  service: string
  priceIdr: Rupiah
  duration: string
}

/**
 * Returns, for each parcel, a cached quote that is still valid at `now`: that of the requested courier, or
 * else the cheapest. In the result, each quote is under the `key` of its parcel; a parcel without a valid
 * quote is left out. One query is enough for any number of parcels.
 */
export async function cachedRates(
  tx: Tx,
  parcels: readonly (Parcel & { key: string })[],
  now: Date,
): Promise<Map<string, Rate>> {
  if (parcels.length === 0) return new Map()
  const records = parcels.map(({ key, originPostalCode, destinationPostalCode, weightG, courier }) => ({
    key,
    originPostalCode,
    destinationPostalCode,
    weightKg: weightClassKg(weightG),
    company: courier?.company ?? null,
    type: courier?.type ?? null,
  }))
  const { rows } = await sql<CachedRow>`
    select p.key, r.company, r.type, r.service, r.price_idr, r.duration
    from jsonb_to_recordset(${asRecords(records)}::jsonb) as p(
      key text, origin_postal_code text, destination_postal_code text, weight_kg integer, company text, type text)
    cross join lateral (
      select * from shipping_rates r
      where r.origin_postal_code = p.origin_postal_code and r.destination_postal_code = p.destination_postal_code
        and r.weight_kg = p.weight_kg and r.expires_at > ${now}
        and (p.company is null or (r.company = p.company and r.type = p.type))
      order by r.price_idr, r.company, r.type limit 1
    ) r`.execute(tx)
  const weights = new Map(parcels.map(({ key, weightG }) => [key, weightG]))
  return new Map(
    rows.map(({ key, ...rate }) => [
      key,
      { ...rate, source: 'cache' as const, ...estimateOf(weights.get(key) ?? 0) },
    ]),
  )
}

/**
 * Returns the cached quotes for a parcel, cheapest first. A quote that is no longer valid at `now` is left
 * out.
 */
export async function cachedOffers(tx: Kysely<DB>, parcel: Parcel, now: Date): Promise<Rate[]> {
  const { rows } = await sql<Omit<CachedRow, 'key'>>`
    select company, type, service, price_idr, duration from shipping_rates
    where origin_postal_code = ${parcel.originPostalCode} and destination_postal_code = ${parcel.destinationPostalCode}
      and weight_kg = ${weightClassKg(parcel.weightG)} and expires_at > ${now}
    order by price_idr, company, type`.execute(tx)
  return rows.map((rate) => ({ ...rate, source: 'cache' as const, ...estimateOf(parcel.weightG) }))
}

/** Whether a quote of this courier service is stored, even an expired one or one for another destination. */
export async function isKnownCourier(tx: Tx, { company, type }: CourierChoice): Promise<boolean> {
  const { rows } = await sql`
    select from shipping_rates where company = ${company} and type = ${type} limit 1`.execute(tx)
  return rows.length > 0
}

// The time for which expired shipping quotes are kept: a week. An outage of the couriers lasts a few days at
// most, and old quotes help until it is over.
const KEPT_S = 7 * 86_400

/** Deletes up to `limit` shipping quotes that expired more than a week ago; returns how many were deleted. */
export async function pruneRates(work: Work, limit: number): Promise<number> {
  const result = await sql`
    delete from shipping_rates where ctid = any(array(
      select ctid from shipping_rates where expires_at < ${secondsAfter(work.now, -KEPT_S)} order by expires_at limit ${limit}
    ))`.execute(work.tx)
  return Number(result.numAffectedRows ?? 0)
}
