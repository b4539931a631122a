import { parsePhoneNumberFromString } from 'libphonenumber-js/mobile'
import { userErrors } from './errors.ts'

/**
 * A mobile number in E.164, however it was written. Without a country it is Indonesian: `0812…`, `62812…`,
 * `+62812…`.
 * @throws user.phone_invalid
 */
export function normalizePhone(written: string): string {
  const number = parsePhoneNumberFromString(written, 'ID')
  if (!number?.isValid()) throw userErrors.phone_invalid()
  return number.number
}
