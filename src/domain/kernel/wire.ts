type SnakeCase<S extends string> = S extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${SnakeCase<Tail>}`
  : S

/** The type of domain data as it is sent to clients, after `toWire`. */
export type ToWire<T> = T extends Date
  ? string
  : T extends readonly (infer E)[]
    ? ToWire<E>[]
    : T extends object
      ? { [K in keyof T as K extends string ? SnakeCase<K> : K]: ToWire<T[K]> }
      : T

/**
 * Returns domain data in the form in which it is printed and sent to clients: keys in snake_case, times as
 * ISO 8601, no undefined values.
 */
export function toWire<T>(value: T): ToWire<T> {
  return snakeKeys(value) as ToWire<T>
}

function snakeKeys(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map(snakeKeys)
  const out: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(value))
    if (inner !== undefined) out[snakeCase(key)] = snakeKeys(inner)
  return out
}

type CamelCase<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S

/** The type of a validated request body after `fromWire`, with its keys in camelCase. */
export type FromWire<T> = T extends readonly (infer E)[]
  ? FromWire<E>[]
  : T extends Date
    ? T
    : T extends object
      ? { [K in keyof T as K extends string ? CamelCase<K> : K]: FromWire<T[K]> }
      : T

/** Returns a validated request body or query with its keys in camelCase, as the domain names them. */
export function fromWire<T>(value: T): FromWire<T> {
  return camelKeys(value) as FromWire<T>
}

function camelKeys(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || value instanceof Date) return value
  if (Array.isArray(value)) return value.map(camelKeys)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [camelCase(key), camelKeys(inner)]))
}

const snakeNames = new Map<string, string>()
const camelNames = new Map<string, string>()

// These two maps cache converted names, such as `userId` and `user_id`. They stay small, because the names
// come from code and schemas, never from users.
function snakeCase(name: string): string {
  let known = snakeNames.get(name)
  if (known === undefined) {
    known = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    snakeNames.set(name, known)
  }
  return known
}

function camelCase(name: string): string {
  let known = camelNames.get(name)
  if (known === undefined) {
    known = name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    camelNames.set(name, known)
  }
  return known
}

/** Returns the value of a JSON text; undefined if the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
