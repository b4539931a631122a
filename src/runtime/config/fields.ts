import { isIP } from 'node:net'
import { z } from 'zod'

/**
 * The facts of a setting that its type does not tell: its variable, its allowed values, and whether its value
 * must stay secret.
 */
export interface Variable {
  variable: string
  allowed: string
  secret: boolean
}

const variables = z.registry<Variable>()

export function variableOf(schema: z.ZodType): Variable {
  const found = variables.get(schema)
  if (!found) throw new Error('a setting without its variable')
  return found
}

/** The schema of a setting's value, and the sentence that tells a person which values are allowed. */
export interface Field<T extends z.ZodType> {
  schema: T
  allowed: string
}

export function setting<T extends z.ZodType>(variable: string, field: Field<T>): T {
  variables.add(field.schema, { variable, allowed: field.allowed, secret: false })
  return field.schema
}

/** Declares a setting that holds a secret: the secret may be in a file, and is never shown. */
export function secret<T extends z.ZodType>(variable: string, field: Field<T>): T {
  variables.add(field.schema, { variable, allowed: field.allowed, secret: true })
  return field.schema
}

export function optional<T extends z.ZodType>({ schema, allowed }: Field<T>): Field<z.ZodOptional<T>> {
  return { schema: schema.optional(), allowed }
}

// Each schema below is made by a function, so that each setting gets a schema object of its own. This is
// needed, because a schema object can carry the name of only one variable.

export const text = () => ({
  schema: z.string().regex(/^[^\r\n]{1,200}$/),
  allowed: 'one line of text, up to 200 characters',
})

export const token = (min = 1) => ({
  schema: z.string().min(min).regex(/^\S+$/),
  allowed: `${min} characters or more, without spaces`,
})

const split = (value: unknown) =>
  typeof value === 'string' ? value.split(',').flatMap((part) => part.trim() || []) : value

/**
 * Makes the field of a secret that has several values while it rotates. laku uses the first value and accepts
 * all.
 */
export const tokens = (min = 1) => ({
  schema: z.preprocess(split, z.array(token(min).schema).min(1)),
  allowed: `${min} characters or more without spaces; several with commas while it rotates`,
})

export const wholeNumber = (min: number, max: number) => ({
  schema: z.preprocess(
    (value) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value),
    z.int().min(min).max(max),
  ),
  allowed: `a whole number from ${min} to ${max}`,
})

export const oneOf = <const T extends readonly [string, ...string[]]>(values: T) => ({
  schema: z.enum(values),
  allowed: `one of ${values.join(', ')}`,
})

/** Makes the field of an http address. A slash at its end is removed, because paths are put behind it. */
export const httpUrl = () => ({
  schema: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, '')),
  allowed: 'an http or https address',
})

export const postgresUrl = () => ({
  schema: z
    .string()
    .regex(/^postgres(ql)?:\/\/\S+$/)
    .refine((url) => URL.canParse(url)),
  allowed: 'an address like postgres://user@host/database',
})

export const smtpUrl = () => ({
  schema: z.url({ protocol: /^smtps?$/ }),
  allowed: 'an smtp or smtps address',
})

const isOrigin = (value: string) => URL.canParse(value) && new URL(value).origin === value

export const origins = () => ({
  schema: z.preprocess(split, z.array(z.string().refine(isOrigin))),
  allowed: 'origins like https://example.com, with commas between them',
})

const proxyNames = ['loopback', 'linklocal', 'uniquelocal']

const isProxy = (value: string) => {
  const [address = '', prefix, ...more] = value.split('/')
  const family = isIP(address)
  if (family === 0) return proxyNames.includes(value)
  const most = family === 4 ? 32 : 128
  return more.length === 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= most))
}

/**
 * Makes the field of the trusted proxies: if such a proxy reports a caller's address, laku believes it. The
 * value `none` means no proxy.
 */
export const proxies = () => ({
  schema: z.preprocess(
    (value) => (value === 'none' ? [] : split(value)),
    z.array(z.string().refine(isProxy)),
  ),
  allowed:
    'addresses or networks like 10.0.0.0/8, loopback, linklocal, uniquelocal, with commas between them, or none',
})

export const headerName = () => ({
  schema: z
    .string()
    .regex(/^[\w!#$%&'*+.^`|~-]+$/)
    .toLowerCase(),
  allowed: 'the name of an HTTP header',
})

export const sender = () => ({
  schema: z.string().regex(/^([^<>\r\n]* )?<?[^\s<>@]+@[^\s<>@]+>?$/),
  allowed: 'a sender like Laku <halo@example.com>',
})

export const postalCode = () => ({
  schema: z.string().regex(/^\d{5}$/),
  allowed: 'a postal code of 5 digits',
})

export const phone = () => ({
  schema: z.string().regex(/^\+?\d{8,15}$/),
  allowed: 'a phone number, like +62215551234',
})
