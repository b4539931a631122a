/**
 * The keys of the fields in an answer that are always masked, because they are about a person or a person's
 * account.
 */
const PERSONAL =
  /name|phone|mobile|e?mail|address|street|city|postal|account_number|account_identifier|holder|destination|contact|payer|customer|owner|driver|recipient|receiver|beneficiary|merchant|sender|^device$|target|note|description|message$|identity/
/**
 * The keys of fields that name no person, although their keys look personal, like `courier_name`. These
 * fields stay unmasked.
 */
const PUBLIC =
  /^(channel_name|courier_name|courier_service_name|retail_outlet_name|country_name|administrative_division_level_\d_(name|type)|address_type)$/
/**
 * The keys of fields that stay unmasked in the answers of one operation, because they contain texts that laku
 * wrote, or places.
 */
const PUBLIC_BY_OPERATION: Readonly<Record<string, RegExp>> = {
  list_templates: /^(name|text|language)$/,
  areas: /^(name|postal_code)$/,
  couriers: /^(description|shipment_duration_range|tier)$/,
  rates: /^(description|duration|shipment_duration_range)$/,
}
const ID = /(^|_)id$/
const EMAIL = /[^\s@]+@[^\s@]+/
const ISO_TIME = /^\d{4}-\d{2}-\d{2}([T ][\d:.+Z-]+)?$/
const UUID = /^[\w]{0,8}[-_]?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/**
 * The form of a value that stays unmasked, because it is a code or a word: `SUCCEEDED`, `picking_up`,
 * `ID_BCA`, `40001001`.
 */
const CODE = /^[\w.-]{1,48}$/
const MANY_DIGITS = /\d[\d\s-]{5,}\d/
const FIGURE = /^-?\d+(\.\d+)?$/

/**
 * Replaces personal data in providers' answers by masks: names, numbers, accounts, addresses, emails and free
 * texts. Each masker gives equal values equal masks. Ids, codes, times and amounts stay; every other field
 * that is not known to be harmless is masked.
 */
export class Masker {
  readonly #masks = new Map<string, string>()

  mask(value: unknown, operation: string, key = ''): unknown {
    if (Array.isArray(value)) return value.map((item) => this.mask(item, operation, key))
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(
        Object.entries(value).map(([name, item]) => [name, this.mask(item, operation, name)]),
      )
    if (typeof value === 'number')
      return isPersonal(operation, key) ? this.#digits(String(value), Number) : value
    return typeof value === 'string' ? this.#text(value, operation, key) : value
  }

  #text(value: string, operation: string, key: string): string {
    if (value === '') return value
    if (EMAIL.test(value)) return this.#masked(value, (nth) => `masked-${nth}@masked.invalid`)
    if (/^https?:/.test(value)) return this.#masked(value, (nth) => `https://masked.invalid/${nth}`)
    if (isPublic(operation, key)) return value
    if (isPersonal(operation, key)) return this.#personal(value)
    if (ISO_TIME.test(value) || ID.test(key) || UUID.test(value)) return value
    if (FIGURE.test(value) && /amount|price|fee|tax|balance|quota|_s$|duration/.test(key)) return value
    if (MANY_DIGITS.test(value) && !/^(status_)?code$/.test(key)) return this.#personal(value)
    return CODE.test(value) ? value : this.#personal(value)
  }

  #personal(value: string): string {
    return /^[+\d][\d\s-]{4,}$/.test(value)
      ? this.#digits(value, String)
      : this.#masked(value, (nth) => `masked ${nth}`)
  }

  /** Replaces each digit of a value by a digit of its mask. All other characters stay. */
  #digits<T>(value: string, as: (text: string) => T): T {
    const mask = this.#masked(value, (nth) => {
      const count = value.replaceAll(/\D/g, '').length
      const digits = String(nth).padStart(count, '9')
      let at = 0
      return value.replaceAll(/\d/g, () => digits[at++] ?? '')
    })
    return as(mask)
  }

  #masked(value: string, make: (nth: number) => string): string {
    const known = this.#masks.get(value)
    if (known !== undefined) return known
    const mask = make(this.#masks.size + 1)
    this.#masks.set(value, mask)
    return mask
  }
}

const isPublic = (operation: string, key: string) =>
  PUBLIC.test(key) || (PUBLIC_BY_OPERATION[operation]?.test(key) ?? false)

const isPersonal = (operation: string, key: string) => PERSONAL.test(key) && !isPublic(operation, key)
