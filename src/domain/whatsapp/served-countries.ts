import { getCountryCallingCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js'
import type { Policy } from '../kernel/index.ts'
import { whatsappErrors } from './errors.ts'

/**
 * Some satellite phones have numbers that begin with a country's code. Byru's satellite phones begin with the
 * code of Indonesia (+62). laku sends no messages to these prefixes.
 */
const SATELLITES = ['+62868']

/**
 * Tells whether laku sends messages, which cost money, to this phone number (E.164). A number that belongs to
 * no country, such as a satellite phone's, is not served.
 */
export function isServedCountry({ messageCountries }: Policy, phone: string): boolean {
  // Most numbers of countries that laku does not serve can be recognised by their first digits. They are
  // refused here, without the slow parsing.
  const begins = (country: string) =>
    isSupportedCountry(country) && phone.startsWith(`+${getCountryCallingCode(country)}`)
  if (!messageCountries.some(begins)) return false
  if (SATELLITES.some((prefix) => phone.startsWith(prefix))) return false
  const country = parsePhoneNumberFromString(phone)?.country
  return country !== undefined && messageCountries.includes(country)
}

/** @throws whatsapp.country_not_served */
export function requireServedCountry(policy: Policy, phone: string): void {
  if (!isServedCountry(policy, phone)) throw whatsappErrors.country_not_served()
}
