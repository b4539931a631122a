import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import type { FastifyInstance, FastifyRequest, InjectOptions } from 'fastify'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../test/laku.ts'
import { enrol } from '../../test/staff.ts'
import { newId } from '../domain/kernel/index.ts'
import { isBiteshipInstallPing } from '../providers/biteship/webhook.ts'
import { isAcceptedSecret } from '../providers/secret.ts'
import { languageOf } from './pages/page.ts'
import { buildServer } from './server.ts'

let laku: TestLaku
let app: FastifyInstance
let staffToken: string
beforeAll(async () => {
  laku = await openTestLaku({ choreography: { 'webhook.received': {} } })
  Object.assign(laku.config, { env: 'production', corsOrigins: ['https://shop.example.com'] })
  app = await buildServer(laku)
  staffToken = await enrol(laku, 'support', 'dewi').then(({ token }) => token)
})
afterAll(async () => {
  await app.close()
  await laku.close()
})

/**
 * Returns the processor time of this process (ms), the best of a few runs. Processor time is used, so that a
 * busy machine does not fail the test.
 */
function costMs(work: () => unknown): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 100; round++) {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / 1000)
  }
  return best
}

describe('a hostile header (case 7)', () => {
  const ask = (value: string) =>
    languageOf({ query: {}, headers: { 'accept-language': value } } as unknown as FastifyRequest)
  it.each([
    ['spaces before the weight', () => ask(`en${' '.repeat(7_900)};q=1`)],
    ['spaces behind it', () => ask(`en;q=${' '.repeat(7_900)}x`)],
    ['commas', () => ask(','.repeat(7_900))],
    ['semicolons', () => ask(`id${';q='.repeat(2_600)}`)],
    ['a secret of 60 kB', () => isAcceptedSecret('x'.repeat(60_000), ['secret', 'older'])],
    ['a ping of 60 kB of spaces', () => isBiteshipInstallPing(Buffer.alloc(60_000, ' '))],
    ['a token of 60 kB', () => app.readAccessToken(`${'x'.repeat(60_000)}.y.z`)],
    [
      'a token whose header is 60 kB of brackets',
      () => app.readAccessToken(`${Buffer.from('['.repeat(45_000)).toString('base64url')}.y.z`),
    ],
  ])('of %s costs less than a millisecond', (_, work) => {
    expect(costMs(work)).toBeLessThan(1)
  })

  // Every header that laku or its libraries read, with its maximum length.
  const read = [
    ...['accept', 'accept-encoding', 'accept-language', 'authorization', 'content-type', 'cookie', 'host'],
    ...['idempotency-key', 'if-none-match', 'origin', 'user-agent', 'x-forwarded-for', 'x-forwarded-proto'],
    ...[
      'x-reason',
      'x-callback-token',
      'x-hub-signature-256',
      'access-control-request-headers',
      'webhook-id',
    ],
  ]
  const hostile = [
    ['spaces', `a${' '.repeat(4_000)}b`],
    ['commas', ','.repeat(4_000)],
    ['weights', ';q='.repeat(1_300)],
    ['brackets', `Bearer ${'['.repeat(4_000)}`],
    ['quotes', `"${'\\"'.repeat(2_000)}`],
    ['addresses', '1.1.1.1, '.repeat(440)],
  ] as const
  it.each(read)('%s of whatever kind costs a whole request less than a millisecond more', async (name) => {
    const cost = async (headers: Record<string, string>) => {
      let best = Number.POSITIVE_INFINITY
      for (let round = 0; round < 20; round++) {
        const before = process.cpuUsage()
        await app.inject({ url: '/favicon.ico', headers })
        const { user, system } = process.cpuUsage(before)
        best = Math.min(best, (user + system) / 1000)
      }
      return best
    }
    const plain = await cost({})
    for (const [, value] of hostile) expect((await cost({ [name]: value })) - plain).toBeLessThan(1)
  })

  it('that is long is refused before anything looks into it, and so is an address', async () => {
    const reply = await app.inject({ url: '/s/GBS-1', headers: { 'accept-language': ' '.repeat(4_097) } })
    expect(reply.statusCode).toBe(431)
    for (const url of [
      `/api/products?${'limit=5&'.repeat(600)}`,
      `/api/wallet?cursor=${'A'.repeat(4_100)}`,
    ]) {
      const long = await app.inject({ url })
      expect([long.statusCode, long.json().details.where]).toEqual([400, 'url'])
    }
  })

  it('still says the language', () => {
    expect(ask('en-GB, id;q=0.8')).toBe('en')
    expect(ask('en;q=0.5 , id ; q=0.9')).toBe('id')
    expect(ask('fr, de')).toBe('id')
  })
})

describe('a hostile body (case 7)', () => {
  const BOUND_MS = 1
  /**
   * Returns by how much processor time (ms) a body costs more than an empty one, and the status of its
   * answer. Both costs are the best of their runs, and there are at most 250 runs. The first difference below
   * the bound ends them: other work on this machine makes a run slower, and never faster.
   */
  const moreThanPlain = async (payload: string) => {
    let [plainMs, bodyMs, status] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0]
    for (let round = 0; round < 250 && !(bodyMs - plainMs < BOUND_MS && round > 5); round++) {
      // Each round comes from another network, so that no limit of one network answers instead.
      const from = {
        method: 'POST' as const,
        url: '/api/auth/otp',
        headers,
        remoteAddress: `198.51.${round}.7`,
      }
      plainMs = Math.min(plainMs, (await costOf({ ...from, payload: '{}' })).ms)
      const body = await costOf({ ...from, payload })
      bodyMs = Math.min(bodyMs, body.ms)
      status = body.status
    }
    return { moreMs: bodyMs - plainMs, status }
  }
  const costOf = async (request: InjectOptions) => {
    const before = process.cpuUsage()
    const { statusCode: status } = await app.inject(request)
    const { user, system } = process.cpuUsage(before)
    return { ms: (user + system) / 1000, status }
  }
  const headers = { 'content-type': 'application/json' }
  const hostile = (bytes: number): [string, string][] => {
    const deep = Math.floor(bytes / 2) - 8
    const names = Array.from({ length: Math.floor(bytes / 10) }, (_, i) => `"k${i}":1`)
    return [
      ['nested lists', `{"phone":${'['.repeat(deep)}${']'.repeat(deep)}}`],
      [
        'nested lists with what no text may hold',
        `{"a":${'['.repeat(deep - 4)}"\\u0000"${']'.repeat(deep - 4)}}`,
      ],
      ['digits', `{"phone":${'9'.repeat(bytes - 20)}}`],
      ['names', `{${names.join()}}`],
      ['spaces', `{"phone":"${' '.repeat(bytes - 20)}"}`],
      ['escapes', `{"phone":"${'\\u0020'.repeat(Math.floor(bytes / 6) - 4)}"}`],
    ]
  }

  it.each(hostile(200_000))('of %s is refused before it is parsed', async (_, payload) => {
    const { moreMs, status } = await moreThanPlain(payload)
    expect(status).toBe(413)
    expect(moreMs).toBeLessThan(BOUND_MS)
  })

  it.each(hostile(2_000))(
    'of %s that is short enough to be read costs no more than a millisecond',
    async (_, payload) => {
      const { moreMs, status } = await moreThanPlain(payload)
      expect(status).toBe(400)
      expect(moreMs).toBeLessThan(BOUND_MS)
    },
  )

  it('of __proto__ is refused', async () => {
    const payload = `{"phone":"1","__proto__":{"admin":true}}`
    expect((await app.inject({ method: 'POST', url: '/api/auth/otp', headers, payload })).statusCode).toBe(
      400,
    )
  })

  it('is no longer than the route’s schema allows, on every route that is not for staff alone', async () => {
    const text = readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8')
    const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, Operation>> }
    const token = app.signAccessToken({ userId: newId(), authSessionId: newId() })
    const tooMuch: string[] = []
    for (const [path, methods] of Object.entries(paths))
      for (const [method, { security = [] }] of Object.entries(methods)) {
        const isForStaff =
          security.length > 0 && !security.some((way) => 'customerToken' in way || !Object.keys(way)[0])
        if (isForStaff || method === 'get' || path.startsWith('/api/webhooks/')) continue
        const reply = await app.inject({
          method: method.toUpperCase() as 'POST',
          url: path.replaceAll(/\{\w+\}/g, newId()),
          headers: { ...headers, authorization: `Bearer ${token}` },
          payload: `{"note":"${'x'.repeat(100_000)}"}`,
        })
        if (reply.statusCode !== 413) tooMuch.push(`${method} ${path} ${reply.statusCode}`)
      }
    expect(tooMuch).toEqual([])
  })

  it('of the longest texts that a route takes is read, also as a client escapes and indents it', async () => {
    const token = app.signAccessToken({ userId: newId(), authSessionId: newId() })
    const payload = JSON.stringify(
      { rating: 5, order_item_id: newId(), body: 'é'.repeat(2_000) },
      undefined,
      8,
    ).replaceAll('é', '\\u00e9')
    const reply = await app.inject({
      method: 'POST',
      url: '/api/reviews',
      headers: { ...headers, authorization: `Bearer ${token}` },
      payload,
    })
    expect(reply.statusCode).not.toBe(413)
  })

  it('is answered shortly, however many problems it has', async () => {
    const payload = `{${Array.from({ length: 180 }, (_, i) => `"name${i}":1`).join()}}`
    const reply = await app.inject({ method: 'POST', url: '/api/auth/otp', headers, payload })
    expect(reply.statusCode).toBe(400)
    expect(reply.body.length).toBeLessThan(payload.length)
  })

  it('of any route is bounded: each text has its most, each list its length', async () => {
    const text = readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8')
    const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, Operation>> }
    const open: string[] = []
    for (const [path, methods] of Object.entries(paths))
      for (const [method, { requestBody, parameters = [] }] of Object.entries(methods)) {
        // The bodies of webhooks are stored unchanged, once their sender is known, so their schemas set no
        // bounds.
        if (path.startsWith('/api/webhooks/')) continue
        const body = requestBody?.content['application/json']?.schema
        if (body) open.push(...unbounded(body, `${method} ${path}`))
        for (const { name, schema } of parameters)
          if (schema) open.push(...unbounded(schema, `${method} ${path} ${name}`))
      }
    expect(open).toEqual([])
  })
})

interface Schema {
  type?: string
  pattern?: string
  items?: Schema
  properties?: Record<string, Schema>
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
}
interface Operation {
  security?: Record<string, unknown>[]
  requestBody?: { content: Record<string, { schema: Schema }> }
  /** A parameter without a schema refers to a shared one, such as the Idempotency-Key. */
  parameters?: { name: string; schema?: Schema }[]
}

/**
 * Returns the places in a schema that accept texts of any length. A pattern limits a text if it is anchored
 * at both ends and has no star.
 */
function unbounded(schema: Schema, at: string): string[] {
  const parts = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])]
  const found = parts.flatMap((part) => unbounded(part, at))
  const isBounded = 'maxLength' in schema || 'format' in schema || 'enum' in schema || 'const' in schema
  if (schema.type === 'string' && !isBounded && !/^\^[^*+]*\$$/.test(schema.pattern ?? '')) found.push(at)
  if (schema.type === 'array') {
    if (!('maxItems' in schema)) found.push(at)
    found.push(...unbounded(schema.items ?? {}, `${at}[]`))
  }
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    found.push(...unbounded(property, `${at}.${name}`))
  return found
}

describe('WhatsApp’s webhook (case 7)', () => {
  const deliver = (payload: string, signature: string) =>
    app.inject({
      method: 'POST',
      url: '/api/webhooks/whatsapp',
      payload,
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature },
    })

  it('asks who sent a body before it parses what it says', async () => {
    const broken = `{"x": ${'['.repeat(100_000)}`
    expect((await deliver(broken, `sha256=${'0'.repeat(64)}`)).statusCode).toBe(401)
    expect((await deliver(broken, '')).statusCode).toBe(401)
    const signed = createHmac('sha256', laku.config.whatsappAppSecret[0] as string)
      .update(broken)
      .digest('hex')
    expect((await deliver(broken, `sha256=${signed}`)).statusCode).toBe(400)
  })
})

describe('/docs in production (case 7)', () => {
  const get = (url: string, token?: string) =>
    app.inject({ url, headers: token ? { authorization: `Bearer ${token}` } : {} })

  it('is for staff; all others get what customers call, from memory', async () => {
    for (const url of ['/docs', '/docs/swagger-ui-bundle.js']) {
      expect((await get(url)).statusCode).toBe(401)
      expect((await get(url, staffToken)).statusCode).toBe(200)
    }
    const mine = Object.keys((await get('/docs/openapi.json')).json().paths)
    const all = Object.keys((await get('/docs/openapi.json', staffToken)).json().paths)
    expect(mine).toContain('/api/group-sessions/{id}/join')
    expect(mine).not.toContain('/api/settlements')
    expect(mine.filter((path) => path.includes('webhooks'))).toEqual([])
    expect(all).toContain('/api/settlements')
  })
})

it.each([
  '/api/products',
  '/api/products?limit=5',
  '/api/group-sessions',
  '/api/group-sessions/GBS-1',
  '/api/products/019a0000-0000-7000-8000-000000000001/reviews',
  '/s/GBS-1?utm=1',
  '/s/GBS-1?utm=2',
  '/favicon.ico',
  '/docs/openapi.json',
])(
  '%s is answered from memory in production: a second question reaches no database (case 7)',
  async (url) => {
    const first = await app.inject({ url })
    let asked = 0
    laku.wire.rewrite = (text) => {
      asked++
      return text
    }
    const again = await app.inject({ url })
    laku.wire.rewrite = (text) => text
    expect([again.statusCode, again.body.length]).toEqual([first.statusCode, first.body.length])
    expect(asked).toBe(0)
  },
)

describe('what browsers are told (case 9)', () => {
  it('lets the configured front end call every method and read when to come again', async () => {
    const origin = 'https://shop.example.com'
    for (const method of ['PATCH', 'PUT', 'DELETE']) {
      const reply = await app.inject({
        method: 'OPTIONS',
        url: '/api/users/me',
        headers: { origin, 'access-control-request-method': method },
      })
      expect(reply.headers['access-control-allow-origin']).toBe(origin)
      expect(reply.headers['access-control-allow-methods']).toContain(method)
    }
    const read = await app.inject({ url: '/api/products', headers: { origin } })
    expect(read.headers['access-control-expose-headers']).toContain('retry-after')
    const other = await app.inject({ url: '/api/products', headers: { origin: 'https://other.example' } })
    expect(other.headers['access-control-allow-origin']).not.toBe('https://other.example')
  })

  const expectSafe = (headers: Record<string, unknown>, isJson = true) => {
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': expect.stringContaining('max-age='),
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      'cross-origin-opener-policy': 'same-origin',
      'permissions-policy': expect.any(String),
      'x-request-id': expect.any(String),
    })
    expect(headers['x-powered-by']).toBeUndefined()
    if (isJson) expect(headers['cache-control']).toBe('no-store')
  }
  const { paths } = JSON.parse(readFileSync('openapi.json', 'utf8')) as { paths: Record<string, object> }
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => [method.toUpperCase(), path.replaceAll(/\{\w+\}/g, 'x')] as const),
  )
  const errors = [
    ['GET', '/api/nothing'],
    ['GET', '/docs'],
    ['GET', '/api/products/%zz'],
    ['GET', `/api/orders/${'a'.repeat(3_000)}`],
    ['GET', '/api/orders/%00'],
    ['DELETE', '/healthz'],
  ] as const

  it('says what OWASP lists in every answer, and lets the front end read it, whatever was asked', async () => {
    const origin = 'https://shop.example.com'
    expect(described.length).toBeGreaterThan(60)
    for (const [method, url] of [...described, ...errors]) {
      const { headers } = await app.inject({ method: method as 'GET', url, headers: { origin } })
      expectSafe(headers, url.startsWith('/api/'))
      expect([url, headers['access-control-allow-origin']]).toEqual([url, origin])
      expect([url, String(headers.vary).toLowerCase()]).toEqual([url, expect.stringContaining('origin')])
    }
    const long = await app.inject({ url: '/api/products', headers: { origin, 'x-long': 'x'.repeat(5_000) } })
    expectSafe(long.headers)
    expect([long.statusCode, long.headers['access-control-allow-origin']]).toEqual([431, origin])
  })

  it.each([
    ['what is no HTTP', 'GARBAGE\r\n\r\n', 400],
    ['headers of 20 kB', `GET /healthz HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
  ])('says so to %s as well, with a problem', async (_, text, status) => {
    const url = new URL(await app.listen({ port: 0, host: '127.0.0.1' }).catch(() => app.listeningOrigin))
    const socket = connect(Number(url.port), '127.0.0.1', () => socket.write(text))
    const answer = (await socket.setEncoding('utf8').toArray()).join('')
    const [head = '', body = ''] = answer.split('\r\n\r\n')
    const lines = head.split('\r\n').slice(1)
    expectSafe(
      Object.fromEntries(
        lines
          .map((line) => line.toLowerCase().split(/: /, 2))
          .map(([name, value]) => [name, name === 'x-frame-options' ? value?.toUpperCase() : value]),
      ),
    )
    expect(JSON.parse(body)).toMatchObject({ status, request_id: expect.any(String) })
  })
})

describe('a database that is not well (case 11)', () => {
  it('is a 503 with Retry-After where it takes no writes, and /readyz says so', async () => {
    expect((await app.inject({ url: '/readyz' })).json().database).toBe('answers')
    const ask = () => app.inject({ method: 'POST', url: '/api/auth/otp', payload: { phone: '081299900001' } })
    const owner = new pg.Client({ connectionString: laku.ownerUrl })
    await owner.connect()
    // A full disk cannot be made here, so a trigger raises PostgreSQL's own error for it.
    await owner.query(`create function full_disk() returns trigger language plpgsql as
      $$ begin raise exception using errcode = '53100', message = 'could not extend file: No space left on device'; end $$;
      create trigger full_disk before insert on otp_challenges for each row execute function full_disk()`)
    const full = await ask()
    expect([full.statusCode, full.headers['retry-after'], full.json().code]).toEqual([
      503,
      '5',
      'kernel.database_unavailable',
    ])
    const ready = await app.inject({ url: '/readyz' })
    expect([ready.statusCode, ready.headers['retry-after']]).toEqual([503, '5'])
    await owner.query('drop function full_disk cascade')
    await owner.end()
  })
})
