import { z } from 'zod'
import { ProviderFailure } from '../../domain/kernel/provider-failure.ts'
import type { CourierGateway } from '../../domain/logistics/courier.ts'
import { COURIERS } from '../biteship/courier.ts'
import { noCourierCodes } from '../biteship/facts.ts'
import type { ProviderHttp } from '../http.ts'
import { type Difference, distinct, type Ear, type Probe, rowsIn } from './probe.ts'

const provider = 'biteship'

export interface BiteshipProbes {
  courier: CourierGateway
  http: ProviderHttp
  ear: Ear
  /** The postal code of the warehouse, from which parcels leave. */
  originPostalCode: string
}

/** The postal code of a place in Surabaya, to which couriers deliver from everywhere. */
const DESTINATION = '60281'
/** A postal code that no place has. */
const NOWHERE = '00001'
const items = [{ name: 'laku providers check', valueIdr: 100_000, quantity: 1, weightG: 1000 }]

/**
 * Returns the probes (test calls to Biteship) of rates, of a refused place, of areas and of couriers. No
 * probe books a parcel.
 */
export function biteshipProbes({ courier, http, ear, originPostalCode }: BiteshipProbes): Probe[] {
  const rates = async () => {
    await courier.rates({ originPostalCode, destinationPostalCode: DESTINATION, items })
    const pricing = rowsIn(ear.body, 'pricing')
    const differences: Difference[] = []
    if (pricing.some((row) => row.price === null || row.price === undefined))
      differences.push({
        fact: 'biteship.rate-price',
        says: 'a rate comes without a price',
        todo: 'nothing, because laku offers the other rates',
      })
    if (pricing.some((item) => Number(item.price) === 0 && item.price !== null))
      differences.push({
        fact: 'biteship.rate-price',
        says: 'a rate has a price of 0',
        todo: 'nothing, because laku offers the other rates',
      })
    const companies = distinct(pricing.map((item) => item.company))
    return { says: `${pricing.length} rates of ${companies.join(', ')}`, differences }
  }

  const refusedPlace = async () => {
    try {
      await courier.rates({ originPostalCode, destinationPostalCode: NOWHERE, items })
    } catch (error) {
      if (!(error instanceof ProviderFailure) || error.outcome !== 'refused' || error.httpStatus === 401)
        throw error
      if (noCourierCodes.includes(error.code)) return { says: `refused, as documented: ${error.code}` }
      const says = `an unknown place is refused with ${error.code}, not ${noCourierCodes.join(' or ')}`
      return {
        says,
        differences: [{ fact: 'biteship.rate-refusals', says, todo: 'report it to the maintainers of laku' }],
      }
    }
    const says = `rates are quoted to a place that does not exist (${NOWHERE})`
    const todo = 'nothing, because parcels to a wrong postal code are refused later, when they are booked'
    return { says, differences: [{ fact: 'biteship.rate-refusals', says, todo }] }
  }

  const areas = async () => {
    const query = { countries: 'ID', input: 'Kebayoran Baru', type: 'single' }
    await http.call({ operation: 'areas', method: 'GET', path: '/v1/maps/areas', query }, z.unknown())
    const found = rowsIn(ear.body, 'areas')
    const whole = found.filter((item) => typeof item.id === 'string' && item.postal_code !== undefined)
    if (whole.length > 0) return { says: `${found.length} areas for ${query.input}` }
    const says = `no area with an id and a postal code is found for ${query.input}`
    return {
      says,
      differences: [{ says, todo: 'ask Biteship whether its maps API is enabled for this key' }],
    }
  }

  const couriers = async () => {
    await http.call({ operation: 'couriers', method: 'GET', path: '/v1/couriers' }, z.unknown())
    const known = distinct(rowsIn(ear.body, 'couriers').map((item) => item.courier_code))
    const missing = COURIERS.filter((code) => !known.includes(code))
    if (missing.length === 0)
      return { says: `${known.length} couriers, including all couriers that laku uses` }
    const says = `couriers that laku uses are missing: ${missing.join(', ')}`
    return { says, differences: [{ says, todo: 'enable them in the dashboard' }] }
  }

  return [
    { provider, name: 'couriers', ask: couriers },
    { provider, name: 'rates', ask: rates },
    { provider, name: 'rates to nowhere', ask: refusedPlace },
    { provider, name: 'areas', ask: areas },
  ]
}
