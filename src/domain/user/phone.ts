import { parsePhoneNumberFromString } from 'libphonenumber-js/mobile'
import { userErrors } from './errors.ts'

/**
 * Converts a mobile number in any notation to E.164. A number without a country code is Indonesian: `0812…`,
 * `62812…`, `+62812…`.
 * @throws user.phone_invalid
 */
export function normalizePhone(written: string): string {
  const number = parsePhoneNumberFromString(written, 'ID')
  if (!number?.isValid()) throw userErrors.phone_invalid()
  return number.number
}
