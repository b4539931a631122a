import { type Policy, rupiah } from '../../kernel/index.ts'
import { type CourierChoice, type Rate, startedKg } from './rate.ts'

type Island = 'java' | 'sumatra' | 'kalimantan' | 'bali' | 'nusa-tenggara' | 'sulawesi' | 'maluku' | 'papua'

/**
 * Returns the island of an Indonesian postal code, by its first digits (regions of Pos Indonesia).
 *
 * - Java: 1 Jakarta and around, 4 West Java and Banten, 5 Central Java and Yogyakarta, 6 East Java.
 * - Sumatra with its islands: 2 and 3. Kalimantan: 7. Bali: 80 to 82. Nusa Tenggara: 83 to 87.
 * - Sulawesi: 90 to 96. Maluku: 97. Papua: 98 and 99.
 */
function islandOf(postalCode: string): Island {
  const region = Number(postalCode.slice(0, 2))
  if (region >= 97) return region === 97 ? 'maluku' : 'papua'
  if (region >= 90) return 'sulawesi'
  if (region >= 80) return region <= 82 ? 'bali' : 'nusa-tenggara'
  if (region >= 70) return 'kalimantan'
  return region >= 20 && region < 40 ? 'sumatra' : 'java'
}

/**
 * Returns the city or regency of a postal code: its first three digits. The codes that begin with 10 to 14
 * all belong to Jakarta.
 */
function cityOf(postalCode: string): string {
  const region = Number(postalCode.slice(0, 2))
  return region >= 10 && region <= 14 ? 'jakarta' : postalCode.slice(0, 3)
}

// The courier that books parcels whose price comes from the zone table. It serves more places than the other
// couriers that laku asks for prices.
const ZONE_COURIER = { company: 'jne', type: 'reg' }

/**
 * Returns the shipping fee of the policy's zone table, for times when no courier can be asked. It is a price
 * per started kilogram: within a city, on one island, or between islands. The courier is the requested one,
 * or one that delivers everywhere.
 */
export function zoneRate(
  policy: Policy,
  originPostalCode: string,
  destinationPostalCode: string,
  weightG: number,
  courier: CourierChoice = ZONE_COURIER,
): Rate {
  const { sameCityIdr, sameIslandIdr, otherIslandIdr } = policy.zoneFees
  const sameIsland = islandOf(originPostalCode) === islandOf(destinationPostalCode)
  const sameCity = cityOf(originPostalCode) === cityOf(destinationPostalCode)
  const perKgIdr = sameCity ? sameCityIdr : sameIsland ? sameIslandIdr : otherIslandIdr
  return {
    ...courier,
    service: 'Standard',
    priceIdr: rupiah(perKgIdr * startedKg(weightG)),
    duration: sameCity ? '1 - 3 days' : sameIsland ? '2 - 5 days' : '3 - 9 days',
    source: 'zone',
    isEstimate: true,
  }
}
