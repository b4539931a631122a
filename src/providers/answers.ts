import { z } from 'zod'

// Schemas of the few shapes that all providers' answers share. Objects may have unknown fields, because
// providers add and remove fields.

/**
 * A time in a provider's answer, as an ISO text. `null` counts as no time: a plain coercion would make it
 * 1970.
 */
export const instant = z.string().pipe(z.coerce.date())

/** Makes the schema of a field that providers leave out, or send as null, when it has no value. */
export function maybe<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined)
}

/**
 * Makes the schema of a field that may hold anything. A value that does not fit counts as absent, so that the
 * rest of the answer stays readable.
 */
export function lenient<T extends z.ZodType>(schema: T) {
  return maybe(schema).catch(undefined)
}

/** A name that a provider gives: a text, in some versions of an API a number. */
export const name = z.union([z.string(), z.number()]).transform(String).pipe(z.string().min(1))

/** A state or kind by the provider's word, in capitals; `otherwise` where the field holds no word. */
export function word(otherwise: string) {
  return z
    .string()
    .min(1)
    .catch(otherwise)
    .transform((said) => said.toUpperCase())
}

const flags: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  [true, true],
  ['true', true],
  [1, true],
  [false, false],
  ['false', false],
  [0, false],
])

/** A yes or no, also as a text or a number; undefined for any other value. */
export const flag = z.unknown().transform((given) => flags.get(given))

/**
 * Whether a list goes on after a page of items. A field of an unknown form counts as yes, so that no item is
 * missed: an empty page ends such a list.
 */
export function goesOn(hasMore: unknown, items: readonly unknown[]): boolean {
  if (hasMore === undefined || hasMore === null || hasMore === '') return false
  return flags.get(hasMore) ?? items.length > 0
}

/** Returns the readable items of a list: an unreadable item does not affect the others. */
export function readable<T>(schema: z.ZodType<T>, items: readonly unknown[] | undefined): T[] {
  return (items ?? []).flatMap((item) => {
    const parsed = schema.safeParse(item)
    return parsed.success ? [parsed.data] : []
  })
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** Returns the object without its undefined fields: inside laku, an absent value is an absent field. */
export function present<T extends object>(object: T): Present<T> {
  // Object.entries loses the relation of key and value type, so the result is cast. The dropped entries are
  // exactly those that the type Present makes optional.
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Present<T>
}
