import { z } from 'zod'

// The few shapes that provider answers have in common. Objects are read loosely: fields come and go there.

/**
 * An instant as providers write it: an ISO text. `null` is no instant (a plain coercion would make it 1970).
 */
export const instant = z.string().pipe(z.coerce.date())

/** A field that providers leave out, or send as null, when there is nothing to say. */
export function maybe<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined)
}

/** A field that may be anything: what does not fit is as good as absent, and costs nobody the rest. */
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

/** The object without its undefined fields: absent means absent inside laku. */
export function present<T extends object>(object: T): Present<T> {
  // Object.entries loses the relation of key and value type. The dropped entries are exactly those that
  // Present makes optional.
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Present<T>
}
