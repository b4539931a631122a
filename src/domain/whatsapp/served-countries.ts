import { parsePhoneNumberFromString } from 'libphonenumber-js'
import type { Policy } from '../kernel/index.ts'
import { whatsappErrors } from './errors.ts'

/**
 * Whether messages that cost money go to this number (E.164). One of no country, like a satellite's, is of
 * none.
 */
export function isServedCountry({ messageCountries }: Policy, phone: string): boolean {
  const country = parsePhoneNumberFromString(phone)?.country
  return country !== undefined && messageCountries.includes(country)
}

/** @throws whatsapp.country_not_served */
export function requireServedCountry(policy: Policy, phone: string): void {
  if (!isServedCountry(policy, phone)) throw whatsappErrors.country_not_served()
}
