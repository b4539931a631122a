const removed = '[removed]'

/** The names of fields whose values never reach a log, written without `_`, `-` and capitals. */
const personal = new Set(
  [
    ...[
      'phone',
      'to',
      'recipient',
      'target',
      'email',
      'mail',
      'name',
      'given_names',
      'surname',
      'recipient_name',
    ],
    ...[
      'contact_name',
      'contact_phone',
      'driver_name',
      'driver_phone',
      'account_holder_name',
      'account_number',
    ],
    ...[
      'address',
      'street',
      'district',
      'city',
      'postal_code',
      'latitude',
      'longitude',
      'npwp',
      'nik',
      'wa_id',
    ],
    ...[
      'otp',
      'pin',
      'password',
      'secret',
      'secret_key',
      'api_key',
      'token',
      'access_token',
      'refresh_token',
    ],
    ...[
      'authorization',
      'cookie',
      'set-cookie',
      'x-callback-token',
      'idempotency-key',
      'body',
      'payload',
      'params',
    ],
    ...['origin_address', 'origin_contact_name', 'origin_contact_phone', 'mobile_number', 'payer_email'],
    ...['destination_address', 'destination_contact_name', 'destination_contact_phone', 'database_url'],
  ].map(plain),
)

const deepest = 8

function plain(key: string): string {
  return key.toLowerCase().replaceAll(/[_-]/g, '')
}

/**
 * Returns the fields of a log entry without the values of personal fields, at any depth. Errors keep their
 * code and stack.
 */
export function withoutPersonalData(fields: Record<string, unknown>): Record<string, unknown> {
  return cleanFields(fields, 0)
}

function cleanFields(fields: object, depth: number): Record<string, unknown> {
  const clean: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(fields)) {
    clean[key] =
      (personal.has(plain(key)) || isLoginCode(key, value)) && !isEmpty(value)
        ? removed
        : cleanValue(value, depth + 1)
  }
  return clean
}

/**
 * Returns true if a field named `code` holds a login code, which has six digits. Other codes (SQLSTATEs,
 * error codes) say what went wrong, and stay in the log.
 */
const isLoginCode = (key: string, value: unknown) =>
  plain(key) === 'code' && typeof value === 'string' && /^\d{6}$/.test(value)

const isEmpty = (value: unknown) => value === undefined || value === null

function cleanValue(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  if (depth > deepest) return removed
  if (value instanceof Error) return cleanError(value, depth)
  if (Array.isArray(value)) return value.map((item) => cleanValue(item, depth + 1))
  // An object of a class, like a request, is left to the logger: its serializer for that class chooses the
  // fields, and leaves personal data out.
  if (!isPlain(value)) return value
  return cleanFields(value, depth)
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/**
 * Returns the type, code, message, stack and cause of an error. All other fields of the error are dropped:
 * like a database error's `detail`, they may quote the row that failed.
 */
function cleanError(error: Error, depth: number): Record<string, unknown> {
  const code = 'code' in error ? error.code : undefined
  const cause = error.cause === undefined ? undefined : cleanValue(error.cause, depth + 1)
  return { type: error.name, code, message: error.message, stack: error.stack, cause }
}
