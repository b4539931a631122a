import { readFileSync } from 'node:fs'
import { Writable } from 'node:stream'
import fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import { expect } from 'vitest'
import { newId } from '../../src/domain/kernel/index.ts'
import { buildServer } from '../../src/http/server.ts'
import { createLogger } from '../../src/runtime/logger.ts'
import { openTestLaku, type TestLaku } from '../laku.ts'
import { enrol } from '../staff.ts'
import { Storefront } from '../storefront.ts'

interface Schema {
  type?: string
  format?: string
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  oneOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  minItems?: number
  maxItems?: number
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  pattern?: string
}

interface Operation {
  requestBody?: { content: Record<string, { schema: Schema }> }
  security?: Record<string, unknown>[]
  parameters?: { in?: string; name?: string; schema?: Schema }[]
}

export interface FuzzedCall {
  route: string
  caller: 'customer' | 'staff' | 'visitor' | 'expired'
  url: string
  payload: string | undefined
}

type Tokens = Record<FuzzedCall['caller'], string | undefined>

// Texts that a careless program would execute, print wrongly or fail to store.
const nasty = [
  `'; drop table orders; --`,
  `1' or '1'='1`,
  `"); delete from users where (1=1`,
  '$1',
  '%s%n',
  '<script>alert(1)</script>',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\u202e',
  '🛒',
  '__proto__',
  '../../etc/passwd',
  '{{7*7}}',
  'NaN',
  '',
  ' ',
  'x'.repeat(300),
]
const numbers = [0, -1, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 53 - 1, -(2 ** 53 - 1), 1e15, 0.5, 1e308]

const text = fc.oneof(
  fc.constantFrom(...nasty),
  fc.string({ maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
)
const anything: fc.Arbitrary<unknown> = fc.oneof(
  text,
  fc.constantFrom<unknown>(null, true, [], {}, ...numbers),
  fc.array(text, { maxLength: 3 }),
  fc.dictionary(fc.oneof(text, fc.constant('__proto__')), text, { maxKeys: 3 }),
)

/** Returns values that fit a JSON schema. `known` are ids and codes that exist. */
function fitting(schema: Schema, known: readonly string[]): fc.Arbitrary<unknown> {
  const either = schema.anyOf ?? schema.oneOf
  if (either) return fc.oneof(...either.map((schema) => fitting(schema, known)))
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  switch (schema.type) {
    case 'object':
      return fittingObject(schema, known)
    case 'array':
      return fc.array(fitting(schema.items ?? {}, known), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 3, (schema.minItems ?? 0) + 3),
      })
    case 'integer':
    case 'number': {
      const [min, max] = [schema.minimum ?? -(2 ** 53 - 1), schema.maximum ?? 2 ** 53 - 1]
      const whole = fc.integer({ min: Math.max(min, -(2 ** 31)), max: Math.min(max, 2 ** 31 - 1) })
      return fc.oneof(whole, fc.constantFrom(min, max, Math.min(max, Math.max(min, 1))))
    }
    case 'boolean':
      return fc.boolean()
    case 'string':
      return fittingText(schema, known)
    default:
      return anything
  }
}

function fittingObject({ properties = {}, required = [] }: Schema, known: readonly string[]) {
  const values = Object.entries(properties).map(([name, schema]) => [name, fitting(schema, known)] as const)
  return fc.record(Object.fromEntries(values), { requiredKeys: required })
}

function fittingText(schema: Schema, known: readonly string[]): fc.Arbitrary<unknown> {
  if (schema.format === 'uuid')
    return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, fc.uuid())
  if (schema.format === 'date-time') {
    const date = fc.date({ noInvalidDate: true, min: new Date('1900-01-01'), max: new Date('2999-01-01') })
    return fc.oneof(
      date.map((item) => item.toISOString()),
      fc.constantFrom('2026-12-31T00:00:00+07:00', '9999-12-31T23:59:59Z', '0000-01-01T00:00:00Z'),
    )
  }
  if (schema.pattern) return fc.oneof(fc.stringMatching(new RegExp(schema.pattern)), text)
  const { minLength = 0, maxLength = 80 } = schema
  return fc.oneof(
    fc.constantFrom('+628120000001', '081234567890', 'GOPAY', 'ID_BCA', '40132', 'jne', ...known),
    text.map((name) => name.padEnd(minLength, 'x').slice(0, maxLength)),
    fc.constant('x'.repeat(Math.min(maxLength, 5_000))),
  )
}

/** Returns a request body with one fault: a field of a wrong type, an unknown field, or a missing field. */
const spoilt = (body: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc
    .tuple(body, anything, fc.nat(), fc.constantFrom('type', 'unknown', 'missing', 'whole'))
    .map(([whole, odd, at, how]) => {
      if (typeof whole !== 'object' || whole === null || Array.isArray(whole) || how === 'whole') return odd
      const keys = Object.keys(whole)
      const key = keys[at % Math.max(1, keys.length)] ?? 'x'
      if (how === 'unknown') return { ...whole, surprise: odd }
      const { [key]: _, ...rest } = whole as Record<string, unknown>
      return how === 'missing' ? rest : { ...rest, [key]: odd }
    })

const malformed = ['{', '{"a":', '[1,2', 'null', '"x"', '{"a":1}}', '{"__proto__":{"x":1}}', '\u0000', 'NaN']

/** A server with known objects in it. Any operation of openapi.json can be called on it. */
export class FuzzedServer {
  readonly laku: TestLaku
  readonly app: FastifyInstance
  readonly #known: string[]
  readonly #tokens: Tokens
  readonly #logged: string[]

  private constructor(
    laku: TestLaku,
    app: FastifyInstance,
    known: string[],
    tokens: Tokens,
    logged: string[],
  ) {
    this.laku = laku
    this.app = app
    this.#known = known
    this.#tokens = tokens
    this.#logged = logged
  }

  static async open(): Promise<FuzzedServer> {
    const plenty = 10_000_000
    const policy = {
      customerRequestsPerMinute: plenty,
      staffRequestsPerMinute: plenty,
      addressRequestsPerMinute: plenty,
      refusedTokensPerMinute: plenty,
    }
    const laku = await openTestLaku({ sandbox: true, policy })
    const logged: string[] = []
    const stream = new Writable({
      write: (line, _, done) => {
        logged.push(String(line))
        done()
      },
    })
    const app = await buildServer({
      ...laku,
      logger: createLogger({ logLevel: 'debug' }, stream),
    } as TestLaku)
    const shop = await Storefront.open(laku)
    await shop.market.addStock(1_000_000)
    const [ana] = await shop.market.buyers(1)
    const session = await shop.market.session()
    const { order, payment } = await shop.paidOrder(ana!)
    const staff = await enrol(laku, 'admin', 'dewi')
    const { market } = shop
    const known = [ana!.id, ana!.addressId, market.productId, market.variantId, market.factoryId, session.id]
    known.push(order.id, order.items[0]!.id, payment.id)
    const token = () => app.signAccessToken({ userId: ana!.id, authSessionId: newId() })
    laku.clock.shift(-3_600)
    const expired = token()
    laku.clock.shift(3_600)
    const tokens = { customer: token(), staff: staff.token, visitor: undefined, expired }
    return new FuzzedServer(laku, app, known, tokens, logged)
  }

  async close(): Promise<void> {
    await this.app.close()
    await this.laku.close()
  }

  /**
   * Returns calls of every operation by every kind of caller: with valid bodies, bodies with one fault, and
   * bodies that are no JSON.
   */
  calls(): fc.Arbitrary<FuzzedCall> {
    const document = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'))
    const operations = Object.entries(document.paths as Record<string, Record<string, Operation>>)
      .flatMap(([path, item]) =>
        Object.entries(item).map(([method, operation]) => ({ path, method, one: operation })),
      )
      .filter(({ path }) => path !== '/api/auth/logout')
    return fc.oneof(
      ...operations.map(({ path, method, one: operation }) => this.#callsOf(path, method, operation)),
    )
  }

  #callsOf(path: string, method: string, operation: Operation): fc.Arbitrary<FuzzedCall> {
    const schema = operation.requestBody?.content['application/json']?.schema
    const body = schema
      ? fc.oneof(
          { weight: 5, arbitrary: fitting(schema, this.#known).map((item) => JSON.stringify(item)) },
          { weight: 4, arbitrary: spoilt(fitting(schema, this.#known)).map((item) => JSON.stringify(item)) },
          { weight: 1, arbitrary: fc.constantFrom(...malformed) },
        )
      : fc.constant(undefined)
    const id = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...this.#known) }, text)
    const queries = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query')
    const query = fc.record(
      Object.fromEntries(
        queries.map((query) => [query.name, fc.oneof(fitting(query.schema ?? {}, this.#known), anything)]),
      ),
      { requiredKeys: [] },
    )
    const insiders = (['customer', 'staff'] as const).filter((who) =>
      operation.security?.some((scheme) => `${who}Token` in scheme),
    )
    const caller = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...(insiders.length > 0 ? insiders : (['visitor'] as const))) },
      { weight: 1, arbitrary: fc.constantFrom('customer', 'staff', 'visitor', 'expired' as const) },
    )
    return fc.record({ body, id, query, caller }).map((all) => ({
      route: `${method.toUpperCase()} ${path}`,
      caller: all.caller,
      url: path.replace(/\{\w+\}/, () => encoded(all.id) || 'x') + queryOf(all.query),
      payload: all.body,
    }))
  }

  /** Sends a call. Fails if the answer is a 5xx, or a refusal without an error code. */
  async send(call: FuzzedCall): Promise<number> {
    const token = this.#tokens[call.caller]
    const { config } = this.laku
    const answer = await this.app.inject({
      method: call.route.split(' ')[0] as 'GET',
      url: call.url,
      ...(call.payload === undefined ? {} : { payload: call.payload }),
      headers: {
        'x-reason': 'fuzz',
        'x-callback-token': config.xenditCallbackToken[0] as string,
        [config.biteshipWebhookHeader]: config.biteshipWebhookSecret[0] as string,
        ...(call.payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
    })
    const said = `${JSON.stringify(call)} -> ${answer.statusCode} ${answer.body} ${answer.statusCode >= 500 ? this.#logged.at(-1) : ''}`
    expect(answer.statusCode, said).toBeLessThan(500)
    const isPage = String(answer.headers['content-type']).startsWith('text/html')
    if (answer.statusCode >= 400 && !isPage) expect(answer.json().code, said).toMatch(/^[a-z_]+\.[a-z_]+$/)
    return answer.statusCode
  }

  /** Checks that no secret or token was written to the log. */
  expectNoSecretLogged(): void {
    const { xenditCallbackToken, biteshipWebhookSecret, jwtSecret } = this.laku.config
    const log = this.#logged.join('')
    const secrets = [
      ...Object.values(this.#tokens),
      ...xenditCallbackToken,
      ...biteshipWebhookSecret,
      ...jwtSecret,
    ]
    for (const secret of secrets)
      if (secret) expect(log.includes(secret), 'a secret is in the log').toBe(false)
  }
}

const encoded = (value: unknown) => encodeURIComponent(String(value).toWellFormed()).replace(/^\.+$/, 'x')

function queryOf(query: Record<string, unknown>): string {
  const parts = Object.entries(query).map(([name, value]) => {
    const flat = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
    return `${name}=${encoded(flat)}`
  })
  return parts.length > 0 ? `?${parts.join('&')}` : ''
}
