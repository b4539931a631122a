import { getCountryCallingCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js'
import type { Policy } from '../kernel/index.ts'
import { whatsappErrors } from './errors.ts'

/**
 * Whether messages that cost money go to this number (E.164). One of no country, like a satellite's, is of
 * none.
 */
export function isServedCountry({ messageCountries }: Policy, phone: string): boolean {
  // Most that are refused are known by their first digits.
  const begins = (country: string) =>
    isSupportedCountry(country) && phone.startsWith(`+${getCountryCallingCode(country)}`)
  if (!messageCountries.some(begins)) return false
  const country = parsePhoneNumberFromString(phone)?.country
  return country !== undefined && messageCountries.includes(country)
}

/** @throws whatsapp.country_not_served */
export function requireServedCountry(policy: Policy, phone: string): void {
  if (!isServedCountry(policy, phone)) throw whatsappErrors.country_not_served()
}
