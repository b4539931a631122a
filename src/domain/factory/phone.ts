import { parsePhoneNumberFromString } from 'libphonenumber-js'
import { factoryErrors } from './errors.ts'

/**
 * Returns a factory's phone number in E.164 format. A factory may have a landline number, which a customer
 * may not. A number without a country code is Indonesian.
 * @throws factory.phone_invalid
 */
export function normalizeFactoryPhone(written: string): string {
  const number = parsePhoneNumberFromString(written, 'ID')
  if (!number?.isPossible()) throw factoryErrors.phone_invalid()
  return number.number
}
