import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Writable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bookChecks } from '../../src/domain/composition/invariants.ts'
import { newId, runChecks } from '../../src/domain/kernel/index.ts'
import { buildServer } from '../../src/http/server.ts'
import { createLogger } from '../../src/runtime/logger.ts'
import { digest } from '../digest.ts'
import { openTestLaku, type TestLaku } from '../laku.ts'
import { enrol } from '../staff.ts'
import { accessMatrix, type Call } from './access-matrix.ts'
import { AccessWorld } from './access-world.ts'

interface Operation {
  requestBody?: unknown
  security?: Record<string, unknown>[]
  parameters?: { in?: string; name?: string }[]
}

const document = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'))
const operations = Object.entries(document.paths as Record<string, Record<string, Operation>>).flatMap(
  ([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      route: `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
      operation: operation,
    })),
)
const withBody = operations.filter(({ operation }) => operation.requestBody !== undefined)
const withRoleCheck = operations.filter(({ operation }) =>
  operation.security?.some((scheme) => 'customerToken' in scheme || 'staffToken' in scheme),
)
const isWebhook = (route: string) => route.includes('/webhooks/')

const SQL = `'; delete from users; drop table payments; --`
// Matches the fields with texts that people choose. Any text is valid in them.
const words =
  /^(name|description|label|recipient_name|phone|street|district|city|province|reason|account_holder_name|body|comment|params|sku|size|session_id)$/

describe('what is refused', () => {
  const logged: string[] = []
  const secrets: string[] = []
  const calls = new Map<string, Call>()
  const failing = { now: false }
  let laku: TestLaku
  let app: FastifyInstance
  let tokens: { customer: string; staff: string; expiredCustomer: string; expiredStaff: string }
  let rows: Record<string, string>

  beforeAll(async () => {
    const plenty = 10_000_000
    laku = await openTestLaku({
      sandbox: true,
      policy: {
        refusedTokensPerMinute: plenty,
        addressRequestsPerMinute: plenty,
        customerRequestsPerMinute: plenty,
        staffRequestsPerMinute: plenty,
      },
    })
    const stream = new Writable({
      write: (line, _, done) => {
        logged.push(String(line))
        done()
      },
    })
    // When switched on, every use case fails, and the failure is recorded.
    const unitOfWork = new Proxy(laku.unitOfWork, {
      get(target, name) {
        if (name === 'run' && failing.now) return () => Promise.reject(new Error('broken'))
        const value = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const logger = createLogger({ logLevel: 'debug' }, stream)
    app = await buildServer({ ...laku, unitOfWork, logger } as TestLaku)
    const world = await AccessWorld.open(laku)
    for (const { route } of operations) calls.set(route, (await accessMatrix[route]?.call?.(world)) ?? {})
    const staffToken = async () => (await enrol(laku, 'admin', undefined, { days: 1 })).token
    const customerToken = () => app.signAccessToken({ userId: world.owner.id, authSessionId: newId() })
    laku.clock.shift(-3 * 86_400)
    const expired = { expiredCustomer: customerToken(), expiredStaff: await staffToken() }
    laku.clock.shift(3 * 86_400)
    tokens = { ...expired, customer: customerToken(), staff: await staffToken() }
    const { xenditCallbackToken, biteshipWebhookSecret, whatsappAppSecret, jwtSecret, encryptionKey } =
      laku.config
    secrets.push(
      ...Object.values(tokens),
      ...xenditCallbackToken,
      ...biteshipWebhookSecret,
      ...jwtSecret,
      ...whatsappAppSecret,
      ...encryptionKey,
    )
    rows = await digest(laku.ownerUrl)
  }, 60_000)
  afterAll(async () => {
    await app.close()
    const results = await laku.system((work) => runChecks(bookChecks, work.tx, work.vault))
    expect(results.filter((result) => !result.ok)).toEqual([])
    await laku.close()
  })

  /** Calls a route as a caller who may call it, with the faults of the test. */
  async function send(
    route: string,
    payload: string | undefined,
    spoilt: { token?: string; secret?: string; id?: string; query?: string } = {},
  ) {
    const { id, query = '' } = calls.get(route) as Call
    const [method, pattern] = route.split(' ') as ['POST', string]
    const { customer } = accessMatrix[route] ?? {}
    const token = spoilt.token ?? (customer === 'own' || customer === 'self' ? tokens.customer : tokens.staff)
    const nobodyAsked = customer === 'anybody' || customer === 'secret'
    const { config } = laku
    const inPath = pattern.endsWith('/:secret') ? (spoilt.secret ?? config.fonnteWebhookSecret?.[0]) : id
    const signature = createHmac('sha256', spoilt.secret ?? (config.whatsappAppSecret[0] as string))
      .update(payload ?? '')
      .digest('hex')
    const answer = await app.inject({
      method,
      url:
        pattern.replace(/:\w+/, encodeURIComponent(spoilt.id ?? inPath ?? newId())) + (spoilt.query ?? query),
      ...(payload === undefined ? {} : { payload }),
      headers: {
        'x-reason': 'a test',
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...(nobodyAsked && spoilt.token === undefined ? {} : { authorization: `Bearer ${token}` }),
        'x-callback-token': spoilt.secret ?? (config.xenditCallbackToken[0] as string),
        [config.biteshipWebhookHeader]: spoilt.secret ?? (config.biteshipWebhookSecret[0] as string),
        'x-hub-signature-256': `sha256=${signature}`,
      },
    })
    const isJson = String(answer.headers['content-type']).includes('json')
    return {
      status: answer.statusCode,
      code: isJson ? (answer.json().code as string | undefined) : undefined,
      said: answer.body,
    }
  }

  /** Expects that each of these answers is a 4xx with an error code. */
  function expectRefusals(
    answers: Awaited<ReturnType<typeof send>>[],
    what: { status?: number; code?: RegExp } = {},
  ): void {
    for (const { status, code, said } of answers) {
      expect(status, said).toBeGreaterThanOrEqual(400)
      expect(status, said).toBeLessThan(500)
      if (what.status) expect(status, said).toBe(what.status)
      expect(code, said).toMatch(what.code ?? /^[a-z_]+\.[a-z_]+$/)
    }
  }
  /** Expects that no row of any table has changed. */
  const expectNoChange = async () => expect(await digest(laku.ownerUrl)).toEqual(rows)

  it('covers every operation of openapi.json', () => {
    expect(operations.length).toBeGreaterThan(60)
    expect(withBody.length).toBeGreaterThan(35)
    expect(operations.filter(({ route }) => !(route in accessMatrix))).toEqual([])
  })

  it.each(withBody.map(({ route }) => route))(
    '%s: no JSON, too much of it, wrong types, unknown fields, SQL',
    async (route) => {
      const body = (calls.get(route)?.body ?? {}) as Record<string, unknown>
      const sendAll = async (payloads: string[]) => {
        const answers = []
        for (const payload of payloads) answers.push(await send(route, payload))
        return answers
      }
      const tooMuch = JSON.stringify({ ...body, x: 'x'.repeat(300 * 1024) })
      expectRefusals(await sendAll([tooMuch]), { status: 413, code: /^http\.body_too_large$/ })
      const malformed = ['{', '{"a":', '[1,', '{"a":1}}', 'NaN', '\u0000']
      expectRefusals(await sendAll(malformed), { status: 400, code: /^http\.invalid$/ })
      // A provider may add fields and events at any time, so its bodies are stored unchanged and nothing in
      // them is trusted.
      if (!isWebhook(route)) {
        const wrong = Object.entries(body).map(([name, value]) => ({
          ...body,
          [name]: typeof value === 'object' ? 'x' : { x: 1 },
        }))
        const unfit = [...wrong, { ...body, surprise: 1 }, [body], 'text', 1].map((item) =>
          JSON.stringify(item),
        )
        expectRefusals(await sendAll(unfit), { status: 400, code: /^http\.invalid$/ })
        expectRefusals(await sendAll(spoiltTexts(body).map((item) => JSON.stringify(item))))
      }
      await expectNoChange()
    },
  )

  it('SQL as an id and in every query', async () => {
    const answers = []
    for (const { route, operation } of operations) {
      if (route.includes('/:')) {
        const body = calls.get(route)?.body
        answers.push(await send(route, body && JSON.stringify(body), { id: SQL }))
      }
      for (const { name, in: where } of operation.parameters ?? [])
        if (where === 'query' && name !== 'lang' && name !== 'back' && !route.includes('webhooks'))
          answers.push(await send(route, undefined, { query: `?${name}=${encodeURIComponent(SQL)}` }))
    }
    expect(answers.length).toBeGreaterThan(40)
    const pages = answers.filter((answer) => answer.code === undefined)
    expect(pages.map((page) => page.status)).toEqual(pages.map(() => 404))
    expectRefusals(answers.filter((answer) => answer.code !== undefined))
    await expectNoChange()
  })

  it('tokens that are over, or were never given, at every route that asks for one', async () => {
    const answers = []
    for (const { route } of withRoleCheck) {
      const call = calls.get(route) as Call
      // Anybody may ask for prices, so an expired token makes the caller a stranger. But only its owner may
      // use an address.
      const body =
        route === 'POST /api/rates' ? { ...call.body, destination: { address_id: newId() } } : call.body
      for (const token of [
        tokens.expiredCustomer,
        tokens.expiredStaff,
        `${tokens.customer.slice(0, -4)}AAAA`,
        `laku_${'x'.repeat(40)}`,
      ])
        answers.push(await send(route, body && JSON.stringify(body), { token }))
    }
    expect(answers.length).toBeGreaterThan(150)
    expectRefusals(answers, { status: 401, code: /^http\.unauthorized$/ })
    await expectNoChange()
  })

  it('deliveries with a wrong secret, and those that are no object', async () => {
    const answers = []
    for (const { route } of withBody.filter((route) => isWebhook(route.route))) {
      const update = JSON.stringify({
        event: 'order.status',
        order_id: 'x',
        status: 'picked',
        id: 'x',
        external_id: 'x',
      })
      // If the secret is a part of the path, an empty secret is no valid address.
      const wrong = route.endsWith('/:secret') ? ['wrong', SQL] : ['', 'wrong', SQL]
      for (const secret of wrong) answers.push(await send(route, update, { secret }))
    }
    expectRefusals(answers, { status: 401, code: /^http\.unauthorized$/ })
    await expectNoChange()
  })

  it('log-ins that are over', async () => {
    const verify = { challenge_id: newId(), code: '123456' }
    const answers = [
      await send('POST /api/auth/otp/verify', JSON.stringify(verify)),
      await send('POST /api/auth/refresh', JSON.stringify({ refresh_token: 'x'.repeat(43) })),
    ]
    expectRefusals(answers)
    await expectNoChange()
  })

  it('leaves no secret in the log, and neither does what fails', async () => {
    failing.now = true
    const answers = []
    for (const { route } of withBody) {
      const { body = {} } = calls.get(route) as Call
      answers.push(await send(route, JSON.stringify(body)))
    }
    failing.now = false
    expect(answers.filter((answer) => answer.status === 500).length).toBeGreaterThan(30)
    const log = logged.join('')
    expect(log.split('broken').length).toBeGreaterThan(30)
    expect(secrets.filter((secret) => log.includes(secret))).toEqual([])
    await expectNoChange()
  })

  it('but not words, whatever they say: they are kept as they are', async () => {
    const { body } = calls.get('POST /api/addresses') as { body: Record<string, unknown> }
    const said = {
      label: SQL.slice(0, 30),
      recipient_name: SQL,
      street: SQL,
      district: SQL,
      city: SQL,
      province: SQL,
    }
    const answer = await send('POST /api/addresses', JSON.stringify({ ...body, ...said }))
    expect(answer.status).toBe(201)
    expect(JSON.parse(answer.said)).toMatchObject(said)
    expect(await laku.db.selectFrom('users').select('id').execute()).toHaveLength(2)
  })
})

/** Returns the body once for each text in it that must have a format, with SQL in place of that text. */
function spoiltTexts(value: unknown, name = ''): unknown[] {
  if (typeof value === 'string') return words.test(name) ? [] : [SQL]
  if (Array.isArray(value))
    return value.flatMap((item, i) => spoiltTexts(item, name).map((spoilt) => value.with(i, spoilt)))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) =>
    spoiltTexts(item, key).map((spoilt) => ({ ...value, [key]: spoilt })),
  )
}
