import { readFileSync } from 'node:fs'
import { get } from 'node:https'
import { connect } from 'node:tls'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { SECRETS, startFixture, startReceiver } from '../../test/sandbox-fixture.ts'
import { fieldsOf } from './fields.ts'
import { startSandbox } from './sandbox.ts'

let f: Awaited<ReturnType<typeof startFixture>>
beforeAll(async () => {
  f = await startFixture()
})
afterAll(() => f.close())
beforeEach(async () => {
  f.receiver.behaviour.status = () => 200
  await f.control('POST', '/reset')
  f.receiver.received.length = 0
})

const create = (externalId = 'inv') =>
  f.xendit('POST', '/v2/invoices', { external_id: externalId, amount: 50_000 })
const count = async () => {
  const { invoices } = (await f.control('GET', '/book')).body
  return Array.isArray(invoices) ? invoices.length : -1
}
const shortTimeout = () =>
  fetch(`${f.sandbox.xenditUrl}/v2/invoices`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${btoa(`${SECRETS.xendit.secretKey}:`)}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ external_id: 'inv', amount: 50_000 }),
    signal: AbortSignal.timeout(150),
  })

describe('faults', () => {
  it('refuse, fail and talk rubbish as often as told, without effect', async () => {
    await f.control('PUT', '/faults', [
      { provider: 'xendit', operation: 'createInvoice', kind: 'refuse', times: 1 },
      { provider: 'xendit', operation: 'createInvoice', kind: 'error', times: 1 },
      { provider: 'xendit', kind: 'garbage', times: 1 },
    ])
    const answers = [await create(), await create(), await create(), await create()]
    expect(answers.map((it) => it.status)).toEqual([400, 500, 200, 200])
    expect(answers[0]?.body.error_code).toBe('API_VALIDATION_ERROR')
    expect(answers[2]?.text).toContain('<html>')
    expect(await count()).toBe(1)
  })

  it('refuse with the code a test asks for, in the shape of the provider', async () => {
    await f.control('PUT', '/faults', [
      { provider: 'xendit', operation: 'createRefund', kind: 'refuse', code: 'CHANNEL_UNAVAILABLE' },
      { provider: 'biteship', kind: 'refuse' },
      { provider: 'whatsapp', kind: 'refuse', code: '131026' },
    ])
    expect((await f.xendit('POST', '/refunds', {})).body.error_code).toBe('CHANNEL_UNAVAILABLE')
    expect((await f.biteship('POST', '/v1/orders', {})).body).toMatchObject({
      success: false,
      code: 40009003,
    })
    expect((await f.whatsapp('POST', '/1/messages', {})).body).toMatchObject({ error: { code: 131026 } })
    expect((await create()).status).toBe(200)
  })

  it('time out with and without the effect', async () => {
    await f.control('PUT', '/faults', [{ provider: 'xendit', kind: 'timeout', times: 1 }])
    await expect(shortTimeout()).rejects.toThrow('timeout')
    expect(await count()).toBe(0)
    await f.control('PUT', '/faults', [{ provider: 'xendit', kind: 'commit_then_timeout', times: 1 }])
    await expect(shortTimeout()).rejects.toThrow('timeout')
    expect(await count()).toBe(1)
    expect((await shortTimeout()).status).toBe(200)
  })

  it('slow an answer down, hit at their rate, and heal', async () => {
    await f.control('PUT', '/faults', [{ provider: 'xendit', kind: 'slow', delay_ms: 80 }])
    const started = performance.now()
    expect((await create()).status).toBe(200)
    expect(performance.now() - started).toBeGreaterThan(75)
    await f.control('PUT', '/faults', [{ provider: 'xendit', kind: 'error', rate: 0.5 }])
    const statuses = await Promise.all(Array.from({ length: 60 }, async () => (await create()).status))
    expect(new Set(statuses)).toEqual(new Set([200, 500]))
    await f.control('PUT', '/faults', [])
    expect((await create()).status).toBe(200)
  })

  it('are refused when they name what does not exist', async () => {
    for (const fault of [
      { provider: 'x', kind: 'error' },
      { provider: 'xendit', kind: 'x' },
      { provider: 'xendit', kind: 'error', operation: 'x' },
    ])
      expect((await f.control('PUT', '/faults', [fault])).status).toBe(400)
  })

  it('do not keep a held request from closing', async () => {
    const sandbox = await startSandbox({ port: 0, lakuUrl: f.receiver.url, ...SECRETS })
    const faults = [
      { provider: 'sms', kind: 'timeout' },
      { provider: 'push', kind: 'commit_then_timeout' },
    ]
    await fetch(`${sandbox.url}/control/faults`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(faults),
    })
    const authorization = `Basic ${btoa(`${SECRETS.sms.account}:${SECRETS.sms.token}`)}`
    const held = [
      fetch(`${sandbox.smsUrl}/2010-04-01/Accounts/${SECRETS.sms.account}/Messages.json`, {
        method: 'POST',
        headers: { authorization },
      }),
      fetch(`${sandbox.pushUrl}/a`, { method: 'POST', body: 'x' }),
    ].map((request) =>
      request.then(
        () => 'answered',
        () => 'broken off',
      ),
    )
    await new Promise((resolve) => setTimeout(resolve, 50))
    const started = performance.now()
    await sandbox.close()
    expect(performance.now() - started).toBeLessThan(1000)
    expect(await Promise.all(held)).toEqual(['broken off', 'broken off'])
  })
})

describe('the profile', () => {
  it('is strict, takes named switches, and is strict again after a reset', async () => {
    const choice = async () => fieldsOf((await f.control('GET', '/profile')).body['biteship.rates']).choice
    expect(await choice()).toBe('priced')
    const changed = await f.control('PUT', '/profile', { 'biteship.rates': 'one_unpriced' })
    expect(changed.body['biteship.rates']).toMatchObject({
      choice: 'one_unpriced',
      fact: 'biteship.rate-price',
    })
    for (const wrong of [{ 'biteship.rate': 'priced' }, { 'biteship.rates': 'cheap' }, { toString: 'a' }])
      expect((await f.control('PUT', '/profile', wrong)).status).toBe(400)
    expect(await choice()).toBe('one_unpriced')
    await f.control('POST', '/reset')
    expect(await choice()).toBe('priced')
  })
})

describe('webhooks', () => {
  const pay = async (externalId = 'inv') =>
    f.page('POST', `/${(await create(externalId)).body.id}`, { channel: 'OVO' })
  const order = () => f.receiver.received.map((it) => it.body.external_id)

  it('are tried again when refused, with the same id', async () => {
    let left = 2
    f.receiver.behaviour.status = () => (left-- > 0 ? 500 : 200)
    await pay()
    await f.sandbox.settleWebhooks()
    expect(f.receiver.received).toHaveLength(3)
    expect(new Set(f.receiver.received.map((it) => it.headers['webhook-id'])).size).toBe(1)
  })

  it('wait for a server that starts later, elsewhere', async () => {
    f.sandbox.setLakuUrl('http://127.0.0.1:9')
    await pay()
    const later = await startReceiver()
    f.sandbox.setLakuUrl(later.url)
    await f.sandbox.settleWebhooks()
    f.sandbox.setLakuUrl(f.receiver.url)
    expect(later.received).toHaveLength(1)
    await later.close()
  })

  it('come twice, late, shuffled or never', async () => {
    await f.control('PUT', '/webhooks', { duplicates: 1 })
    await pay()
    await f.sandbox.settleWebhooks()
    expect(order()).toEqual(['inv', 'inv'])

    await f.control('PUT', '/webhooks', { delay_ms: 100 })
    const started = performance.now()
    await pay('late')
    await f.sandbox.settleWebhooks()
    expect(performance.now() - started).toBeGreaterThan(95)

    await f.control('PUT', '/webhooks', { shuffle: true })
    f.receiver.received.length = 0
    const names = Array.from({ length: 20 }, (_, n) => `s-${n}`)
    const ids = await Promise.all(names.map(async (name) => (await create(name)).body.id))
    for (const id of ids) await f.page('POST', `/${id}`, {})
    await f.sandbox.settleWebhooks()
    expect(order().toSorted()).toEqual(names.toSorted())
    expect(order()).not.toEqual(names)

    await f.control('PUT', '/webhooks', { drop_rate: 1 })
    f.receiver.received.length = 0
    await pay('lost')
    await f.sandbox.settleWebhooks()
    expect(order()).toEqual([])
  })
})

describe('limits and reset', () => {
  it('answer 429 with the headers, an endpoint, until lifted', async () => {
    await f.control('PUT', '/limits', { provider: 'xendit', per_minute: 2 })
    const answers = [await create(), await create(), await create()]
    expect(answers.map((it) => [it.status, it.headers.get('rate-limit-remaining')])).toEqual([
      [200, '1'],
      [200, '0'],
      [429, '0'],
    ])
    expect(answers[2]?.body.error_code).toBe('RATE_LIMIT_EXCEEDED')
    expect(Number(answers[2]?.headers.get('rate-limit-reset'))).toBeGreaterThan(50)
    expect((await f.xendit('GET', '/balance')).status).toBe(200)
    await f.control('PUT', '/limits', {})
    expect((await create()).status).toBe(200)
  })

  it('forget everything, what is to come as well', async () => {
    const { body } = await create()
    await f.page('POST', `/${body.id}`, { channel: 'DANA' })
    await f.xendit('POST', '/refunds', { invoice_id: body.id, reason: 'OTHERS' })
    await f.control('PUT', '/faults', [{ provider: 'xendit', kind: 'error' }])
    expect((await f.control('POST', '/reset')).status).toBe(204)
    await f.sandbox.settleWebhooks()
    expect((await f.control('GET', '/book')).body).toEqual({
      invoices: [],
      refunds: [],
      payouts: [],
      balance_idr: 0,
      fees_idr: 0,
    })
    expect((await f.xendit('GET', `/v2/invoices/${body.id}`)).status).toBe(404)
  })
})

describe('over TLS', () => {
  const pem = (name: string) => readFileSync(new URL(`../../test/tls/${name}.pem`, import.meta.url), 'utf8')

  it('answers whoever trusts its authority, and nobody in the clear', async () => {
    const tls = { cert: pem('cert'), key: pem('key') }
    const sandbox = await startSandbox({ port: 0, lakuUrl: f.receiver.url, ...SECRETS, tls })
    try {
      const balance = new URL(`${sandbox.xenditUrl}/balance`)
      const auth = `${SECRETS.xendit.secretKey}:`
      const status = (ca?: string) =>
        new Promise((resolve, reject) =>
          get(balance, { auth, ...(ca && { ca }) }, (answer) => {
            answer.resume()
            resolve(answer.statusCode)
          }).on('error', reject),
        )
      expect(balance.protocol).toBe('https:')
      expect(await status(pem('ca'))).toBe(200)
      await expect(status()).rejects.toThrow('unable to verify')
      await expect(fetch(`http://${balance.host}/xendit/balance`)).rejects.toThrow()

      const smtp = new URL(sandbox.smtpUrl)
      expect(smtp.protocol).toBe('smtps:')
      const socket = connect({ host: smtp.hostname, port: Number(smtp.port), ca: pem('ca') })
      const greeting = await new Promise((resolve, reject) => {
        socket.once('data', (data) => resolve(String(data).slice(0, 3)))
        socket.once('error', reject)
      })
      socket.destroy()
      expect(greeting).toBe('220')
    } finally {
      await sandbox.close()
    }
  })
})
