import { z } from 'zod'

/**
 * The maximum number of bytes of one character of free text. JSON may write a character as an escape such as
 * \u00e9, which has six bytes.
 */
const ESCAPED = 6
/**
 * The maximum length (characters) of a text with a format or pattern, such as an instant, if its schema sets
 * no maximum length.
 */
const LONGEST_FORMAT = 100
const UUID = 36
/**
 * The size of all values except free text is multiplied by this factor, because clients may indent their
 * JSON.
 */
const INDENTED = 2
/**
 * A body of up to this size (bytes) is always read, even if its schema allows less. So if a text is a little
 * too long, the answer can name that text.
 */
const LEAST = 2_048

interface Schema {
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  format?: string
  pattern?: string
  maxLength?: number
  maxItems?: number
  items?: Schema
  properties?: Record<string, Schema>
  additionalProperties?: boolean | Schema
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
}

/**
 * Returns the maximum number of bytes of a valid body of this schema; undefined if the schema sets no bound.
 * A larger body cannot be valid, so it is refused before it is read.
 */
export function mostBytes(body: z.ZodType | undefined): number | undefined {
  if (!body) return LEAST
  const most = bytesOf(z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' }) as Schema)
  return Number.isFinite(most) ? Math.max(LEAST, most) : undefined
}

function bytesOf(schema: Schema): number {
  const parts = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])]
  if (parts.length > 0) return Math.max(...parts.map(bytesOf))
  const values = schema.enum ?? ('const' in schema ? [schema.const] : undefined)
  if (values) return INDENTED * Math.max(...values.map((value) => JSON.stringify(value).length))
  return Math.max(...[schema.type].flat().map((type) => bytesOfType(schema, type)))
}

function bytesOfType(schema: Schema, type: string | undefined): number {
  switch (type) {
    case 'string':
      return bytesOfText(schema)
    case 'array':
      return INDENTED * 2 + (schema.maxItems ?? Number.POSITIVE_INFINITY) * (1 + bytesOf(schema.items ?? {}))
    case 'object':
      return bytesOfObject(schema)
    case 'integer':
    case 'number':
    case 'boolean':
    case 'null':
      return INDENTED * 24
    default:
      return Number.POSITIVE_INFINITY
  }
}

function bytesOfText({ format, pattern, maxLength }: Schema): number {
  const isPlain = format !== undefined || pattern !== undefined
  const longest = format === 'uuid' ? UUID : LONGEST_FORMAT
  if (isPlain) return INDENTED * (2 + (maxLength ?? longest))
  return 2 + ESCAPED * (maxLength ?? Number.POSITIVE_INFINITY)
}

function bytesOfObject({ properties = {}, additionalProperties }: Schema): number {
  if (additionalProperties !== undefined && additionalProperties !== false) return Number.POSITIVE_INFINITY
  const each = Object.entries(properties).map(
    ([name, value]) => INDENTED * (name.length + 4) + bytesOf(value),
  )
  return INDENTED * 2 + each.reduce((sum, bytes) => sum + bytes, 0)
}
