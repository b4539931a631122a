import { parsePhoneNumberFromString } from 'libphonenumber-js'
import { factoryErrors } from './errors.ts'

/**
 * A factory's number in E.164; unlike a person's it may be a landline. Without a country it is Indonesian.
 * @throws factory.phone_invalid
 */
export function normalizeFactoryPhone(written: string): string {
  const number = parsePhoneNumberFromString(written, 'ID')
  if (!number?.isPossible()) throw factoryErrors.phone_invalid()
  return number.number
}
