import { readFileSync } from 'node:fs'
import fc from 'fast-check'

/** The example answers and webhooks of docs/providers.md, by their names. */
export const providerExamples: Readonly<Record<string, unknown>> = Object.fromEntries(
  [...readFileSync('docs/providers.md', 'utf8').matchAll(/^```json example=(\S+)\n(.*?)^```/gms)].map(
    ([, name, text]) => [name as string, JSON.parse(text as string) as unknown],
  ),
)

/** Values that a provider may send in place of an expected one. */
const odd = fc.constantFrom<unknown>(
  null,
  undefined,
  'SOMETHING_NEW',
  '',
  0.5,
  -1,
  1e300,
  true,
  {},
  [],
  [null],
  { unheard_of: { of: [1, 'x', null] } },
)

/** Returns the value in other notations that a provider may use. */
const rewritten = (value: unknown): unknown[] => {
  if (typeof value === 'number') return [String(value), `${value}.00`, value + 0.5]
  if (typeof value === 'boolean') return [String(value), value ? 1 : 0]
  return typeof value === 'string' ? [value.toLowerCase(), 12_345] : []
}

const valueAt = (json: unknown, path: Path): unknown =>
  path.reduce((value, key) => (value as Record<string | number, unknown> | null | undefined)?.[key], json)

/** Returns the same JSON with one odd or rewritten value, and with an additional unknown field. */
export const oddOf = (json: unknown): fc.Arbitrary<unknown> =>
  fc.constantFrom(...pathsOf(json)).chain((path) => {
    const other = rewritten(valueAt(json, path))
    const value = other.length > 0 ? fc.oneof(odd, fc.constantFrom(...other)) : odd
    return value.map((given) => replaced(json, path, given))
  })

type Path = readonly (string | number)[]

function pathsOf(json: unknown, at: Path = []): Path[] {
  if (typeof json !== 'object' || json === null) return [at]
  const keys = Array.isArray(json) ? json.map((_, index) => index) : Object.keys(json)
  const below = keys.flatMap((key) => pathsOf((json as Record<string | number, unknown>)[key], [...at, key]))
  return at.length === 0 ? below : [at, ...below]
}

function replaced(json: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value
  const inner = replaced((json as Record<string | number, unknown>)[key], rest, value)
  if (Array.isArray(json)) return json.map((item, index) => (index === key ? inner : item))
  const { [key]: _, ...others } = json as Record<string | number, unknown>
  return { ...others, unheard_of: ['x', { y: null }], ...(inner !== undefined && { [key]: inner }) }
}
