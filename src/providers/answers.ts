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
