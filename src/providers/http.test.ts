import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { failureOf, openWire, replying, type Wire } from '../../test/provider-wire.ts'
import { createProviderHttp, type ProviderHttpOptions } from './http.ts'

const TOKEN = 'very-secret-token'
const thing = z.looseObject({ id: z.string() })

let wire: Wire
beforeAll(async () => {
  wire = await openWire()
})
afterAll(() => wire.close())
beforeEach(() => {
  wire.requests.length = 0
  wire.answer = replying(200, { id: 'a' })
})

function client(overrides: Partial<ProviderHttpOptions> = {}) {
  const errorIn = (body: unknown) => {
    const parsed = z.looseObject({ error_code: z.string() }).safeParse(body)
    return parsed.success ? { code: parsed.data.error_code } : undefined
  }
  const headers = { authorization: `Bearer ${TOKEN}` }
  const http = createProviderHttp({
    provider: 'demo',
    url: wire.url,
    headers,
    timeoutMs: 2000,
    errorIn,
    ...overrides,
  })
  return {
    get: () => http.call({ operation: 'look', method: 'GET', path: '/things/1' }, thing),
    post: () => http.call({ operation: 'make', method: 'POST', path: '/things', json: { name: 'x' } }, thing),
    http,
  }
}

describe('a call', () => {
  test('sends JSON with the headers, and reads the answer', async () => {
    expect(await client().post()).toEqual({ id: 'a' })
    const [request] = wire.requests
    expect(request).toMatchObject({ method: 'POST', url: '/things', body: '{"name":"x"}' })
    expect(request?.headers).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
      'content-type': 'application/json',
    })
  })

  test('sends a form, and a query with several values of one name', async () => {
    const { http } = client()
    await http.call(
      { operation: 'form', method: 'POST', path: '/f', form: { To: '+62 1', Body: 'a&b' } },
      thing,
    )
    expect(wire.requests[0]?.body).toBe('To=%2B62+1&Body=a%26b')
    const query = { statuses: ['PAID', 'SETTLED'], limit: '5', after: undefined }
    await http.call({ operation: 'list', method: 'GET', path: '/l', query }, thing)
    expect(wire.requests[1]?.url).toBe('/l?statuses=PAID&statuses=SETTLED&limit=5')
  })

  test('keeps its connections', async () => {
    const ports = new Set<string | undefined>()
    wire.answer = (request, response) => {
      ports.add(String(response.socket?.remotePort))
      replying(200, { id: 'a' })(request, response)
    }
    const { get } = client()
    for (let i = 0; i < 10; i++) await get()
    // A second connection may open while the first one is being returned.
    expect(ports.size).toBeLessThanOrEqual(2)
  })
})

describe('what a failure means', () => {
  test.each([
    ['a no', 400, { error_code: 'BAD' }, 'refused', 'BAD'],
    ['a no with an error page', 404, '<html>', 'refused', 'http_404'],
    ['a no in a 200', 200, { error_code: 'BAD' }, 'refused', 'BAD'],
    ['a request timeout', 408, '', 'unknown', 'http_408'],
    ['a server error', 500, { error_code: 'SERVER_ERROR' }, 'unknown', 'SERVER_ERROR'],
    ['a bad gateway', 502, '<html>', 'unknown', 'http_502'],
    ['a redirect', 302, '', 'unknown', 'http_302'],
    ['a 200 that is no JSON', 200, '<html>', 'unknown', 'not_json'],
    ['a 200 with nothing in it', 200, '', 'unknown', 'not_json'],
    ['a 200 of another shape', 200, { ok: 1 }, 'unknown', 'unreadable_answer'],
  ])('%s', async (_what, status, body, outcome, code) => {
    wire.answer = replying(status, body, { location: '/elsewhere' })
    const failure = await failureOf(client().post())
    expect(failure).toMatchObject({ provider: 'demo', operation: 'make', outcome, code })
    expect(wire.requests).toHaveLength(1)
  })

  test.each([
    ['retry-after', '7', 7],
    ['rate-limit-reset', '12.4', 13],
    ['retry-after', 'Wed, 21 Oct 2015 07:28:00 GMT', 0],
    ['x-other', '1', undefined],
  ])('a rate limit with %s: %s', async (header, value, retryAfterS) => {
    wire.answer = replying(429, { error_code: 'RATE_LIMIT_EXCEEDED' }, { [header]: value })
    const failure = await failureOf(client().post())
    expect(failure).toMatchObject({ outcome: 'limited', code: 'RATE_LIMIT_EXCEEDED', retryAfterS })
  })

  test('no answer in time, or one that never ends', async () => {
    const { post } = client({ timeoutMs: 150 })
    wire.answer = () => undefined
    expect(await failureOf(post())).toMatchObject({ outcome: 'unknown', code: 'timeout' })
    wire.answer = (_request, response) => void response.writeHead(200).write('{"id":')
    expect(await failureOf(post())).toMatchObject({ outcome: 'unknown', code: 'timeout' })
  })

  test('a connection that is cut', async () => {
    wire.answer = (_request, response) => void response.socket?.destroy()
    expect((await failureOf(client().post())).outcome).toBe('unknown')
  })

  test('nobody listening, no such host', async () => {
    const gone = await openWire()
    await gone.close()
    const refused = await failureOf(client({ url: gone.url }).post())
    expect(refused).toMatchObject({ outcome: 'unreachable', code: 'econnrefused' })
    const nameless = await failureOf(client({ url: 'http://nowhere.invalid' }).post())
    expect(nameless.outcome).toBe('unreachable')
  })

  test('no secret and no words of the provider are in the message', async () => {
    wire.answer = replying(400, { error_code: 'BAD', message: 'budi@example.com is wrong' })
    const { message } = await failureOf(client().post())
    expect(message).toBe('demo make refused: BAD (HTTP 400)')
  })
})

describe('trying again', () => {
  test('a read that met trouble is tried once more', async () => {
    wire.answer = (request, response) =>
      replying(wire.requests.length === 1 ? 503 : 200, { id: 'b' })(request, response)
    expect(await client().get()).toEqual({ id: 'b' })
    expect(wire.requests).toHaveLength(2)
  })

  test('a read that got a no is not', async () => {
    wire.answer = replying(404, { error_code: 'GONE' })
    await failureOf(client().get())
    expect(wire.requests).toHaveLength(1)
  })
})

describe('the breaker', () => {
  test('opens on trouble in a row, and closes when a try gets through', async () => {
    const { post } = client({ breaker: { troubles: 3, pauseMs: 100 } })
    wire.answer = replying(503, {})
    for (let i = 0; i < 3; i++) expect((await failureOf(post())).outcome).toBe('unknown')
    expect(await failureOf(post())).toMatchObject({
      outcome: 'unreachable',
      code: 'circuit_open',
      retryAfterS: 1,
    })
    expect(wire.requests).toHaveLength(3)
    wire.answer = replying(200, { id: 'c' })
    await new Promise((resolve) => setTimeout(resolve, 120))
    expect(await post()).toEqual({ id: 'c' })
  })

  test('a no and a rate limit are no trouble', async () => {
    const { post } = client({ breaker: { troubles: 2 } })
    wire.answer = replying(422, { error_code: 'BAD' })
    for (let i = 0; i < 4; i++) expect((await failureOf(post())).outcome).toBe('refused')
    wire.answer = replying(429, {})
    for (let i = 0; i < 4; i++) expect((await failureOf(post())).outcome).toBe('limited')
  })
})
