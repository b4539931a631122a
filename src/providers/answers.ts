import { z } from 'zod'

// Schemas of the few shapes that all providers' answers share. Objects may have unknown fields, because
// providers add and remove fields.

/**
 * The schema of a time in a provider's answer, as an ISO text. Only a text is accepted, because a plain
 * coercion would turn `null` into a time in 1970.
 */
export const instant = z.string().pipe(z.coerce.date())

/** Makes the schema of a field that providers leave out, or send as null, when it has no value. */
export function maybe<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined)
}

/**
 * Makes the schema of a field whose value may have any form. A value that does not fit `schema` counts as
 * absent, so that the rest of the answer stays readable.
 */
export function lenient<T extends z.ZodType>(schema: T) {
  return maybe(schema).catch(undefined)
}

/**
 * The schema of an id or another name that a provider gives to an object. The name is a text, but some
 * versions of an API send a number.
 */
export const name = z.union([z.string(), z.number()]).transform(String).pipe(z.string().min(1))

/**
 * Makes the schema of a state or kind that a provider names by a word, like `PAID`. The word is turned into
 * capitals. If the word is missing, the result is the value of the parameter `otherwise`.
 */
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

/** The schema of a yes or no, which may be sent as a text or a number; undefined for any other value. */
export const flag = z.unknown().transform((given) => flags.get(given))

/**
 * Tells whether a provider's list has more pages after this one. If the field that should tell this has an
 * unknown form, the result is true until a page is empty. So no item is missed.
 */
export function goesOn(hasMore: unknown, items: readonly unknown[]): boolean {
  if (hasMore === undefined || hasMore === null || hasMore === '') return false
  return flags.get(hasMore) ?? items.length > 0
}

/**
 * Returns those items of a list that have the expected form. An item of another form is left out and does not
 * affect the others.
 */
export function readable<T>(schema: z.ZodType<T>, items: readonly unknown[] | undefined): T[] {
  return (items ?? []).flatMap((item) => {
    const parsed = schema.safeParse(item)
    return parsed.success ? [parsed.data] : []
  })
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** Returns a copy of the object without the fields whose value is undefined. */
export function present<T extends object>(object: T): Present<T> {
  // Object.entries loses the type of each value, so the result is cast to the type Present. The cast is
  // right, because only fields that Present makes optional are left out.
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Present<T>
}
