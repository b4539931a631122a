import { readFileSync } from 'node:fs'
import fc from 'fast-check'

/** The answers and webhooks that docs/providers.md shows, by their names. */
export const providerExamples: Readonly<Record<string, unknown>> = Object.fromEntries(
  [...readFileSync('docs/providers.md', 'utf8').matchAll(/^```json example=(\S+)\n(.*?)^```/gms)].map(
    ([, name, text]) => [name as string, JSON.parse(text as string) as unknown],
  ),
)

/** What a provider may put where something else stood. */
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

/** The same JSON with one value odd, and a field that nobody has heard of beside it. */
export const oddOf = (json: unknown): fc.Arbitrary<unknown> =>
  fc.tuple(fc.constantFrom(...pathsOf(json)), odd).map(([path, value]) => replaced(json, path, value))

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
  return { ...(json as object), unheard_of: ['x', { y: null }], [key]: inner }
}
