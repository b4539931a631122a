import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { NewCourierOrder } from '../../src/domain/logistics/courier.ts'
import type { NewGatewayInvoice } from '../../src/domain/payment/gateway.ts'
import { createBiteshipCourier } from '../../src/providers/biteship/courier.ts'
import { createSmtpMailer } from '../../src/providers/email/smtp.ts'
import { createTwilioSender } from '../../src/providers/sms/twilio.ts'
import { createMetaSender } from '../../src/providers/whatsapp/meta.ts'
import { createXenditGateway } from '../../src/providers/xendit/gateway.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { failureOf } from '../provider-wire.ts'

// The real clients against the sandbox: both were written from the providers' documentation, each alone.

const secrets = {
  xendit: { secretKey: 'xnd_development_k', callbackToken: 'c' },
  biteship: { apiKey: 'biteship_test.k', webhookHeader: 'x-laku', webhookSecret: 's' },
  whatsapp: { token: 't', phoneNumberId: '1055', appSecret: 'a', verifyToken: 'v' },
  sms: { account: 'AC1', token: 't' },
}
/** Long enough for a loaded machine's honest answer, short enough to wait for a silence. */
const timeoutMs = 400
const breaker = { troubles: 1000 }

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ port: 0, lakuUrl: 'http://127.0.0.1:9', ...secrets })
})
afterAll(() => sandbox.close())
beforeEach(async () => {
  await control('POST', '/control/reset')
})

async function control(method: string, path: string, body: unknown = {}): Promise<unknown> {
  const sent = method === 'GET' ? {} : { body: JSON.stringify(body) }
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(sandbox.url + path, { method, headers, ...sent })
  expect(response.ok, `${method} ${path}: ${response.status}`).toBe(true)
  return await response.json()
}

const fail = (provider: string, kind: string) =>
  control('PUT', '/control/faults', [{ provider, kind, times: 1, delay_ms: 30 }])

const pay = (id: string, channel: string) => control('POST', `/xendit/pay/${id}`, { channel })

let serial = 0
const unique = (name: string) => `${name}-${process.pid}-${++serial}`

function clients() {
  const shared = { timeoutMs, breaker }
  const { url, smtpUrl } = sandbox
  return {
    gateway: createXenditGateway({ url: `${url}/xendit`, secretKey: secrets.xendit.secretKey, ...shared }),
    courier: createBiteshipCourier({ url: `${url}/biteship`, apiKey: secrets.biteship.apiKey, ...shared }),
    whatsapp: createMetaSender({ url: `${url}/whatsapp`, token: 't', phoneNumberId: '1055', ...shared }),
    sms: createTwilioSender({ url: `${url}/sms`, account: 'AC1', token: 't', from: 'LAKU', ...shared }),
    mailer: createSmtpMailer({ url: smtpUrl, from: 'Laku <halo@laku.test>', ...shared }),
  }
}

const invoice = (externalId = unique('PAY')): NewGatewayInvoice => ({
  externalId,
  amountIdr: 150000,
  expiresInS: 3600,
  description: 'Sesi GB-1',
  payer: { name: 'Budi', phone: '+628123456789', email: 'budi@example.com' },
  successRedirectUrl: 'https://laku.test/terima-kasih',
  items: [{ name: 'Kaos', priceIdr: 75000, quantity: 2 }],
})

const place = (contactName: string, postalCode: string) => ({
  contactName,
  contactPhone: '+628123456789',
  address: 'Jl. Satu 1',
  postalCode,
})
const items = [{ name: 'Kaos', valueIdr: 75000, quantity: 2, weightG: 300 }]
const parcel = (referenceId = unique('SHP')): NewCourierOrder => ({
  referenceId,
  origin: place('Gudang', '12440'),
  destination: place('Budi', '40115'),
  company: 'jne',
  type: 'reg',
  items,
})

const to = '+628123456789'
const otp = { to, template: 'otp', language: 'id', bodyParams: ['123456'], buttonParam: '123456' }
const mail = { to: 'budi@example.com', subject: 'Pesanan', text: 'Terima kasih' }

describe('Xendit', () => {
  test('an invoice from creation to refund', async () => {
    const { gateway } = clients()
    const asked = invoice()
    const made = await gateway.createInvoice(asked)
    expect(made).toMatchObject({ externalId: asked.externalId, status: 'PENDING', amountIdr: 150000 })
    expect(made.expiresAt.getTime()).toBeGreaterThan(Date.now())
    await pay(made.id, 'DANA')
    const paid = await gateway.getInvoice(made.id)
    expect(paid).toMatchObject({ status: 'PAID', paidAmountIdr: 150000, paymentChannel: 'DANA' })
    expect(paid.paidAt).toBeInstanceOf(Date)
    const key = { idempotencyKey: unique('refund'), referenceId: unique('RF') }
    const refund = { ...key, invoiceId: made.id, amountIdr: 50000, reason: 'CANCELLATION' } as const
    const first = await gateway.createRefund(refund)
    expect(first).toMatchObject({ amountIdr: 50000, referenceId: key.referenceId, invoiceId: made.id })
    expect((await gateway.createRefund(refund)).id).toBe(first.id)
    await expect.poll(async () => (await gateway.getRefund(first.id)).status).toBe('SUCCEEDED')
  })

  test('lists what is paid, page by page', async () => {
    const { gateway } = clients()
    for (let i = 0; i < 3; i++) await pay((await gateway.createInvoice(invoice())).id, 'BCA')
    await gateway.createInvoice(invoice())
    const query = {
      statuses: ['PAID', 'SETTLED'] as const,
      paidAfter: new Date(Date.now() - 60_000),
      limit: 2,
    }
    const first = await gateway.listInvoices(query)
    expect(first).toHaveLength(2)
    const second = await gateway.listInvoices({ ...query, afterId: first[1]?.id ?? '' })
    expect(second).toHaveLength(1)
    expect(new Set([...first, ...second].map(({ id }) => id)).size).toBe(3)
  })

  test('expires, and finds by our key', async () => {
    const { gateway } = clients()
    const asked = invoice()
    const { id } = await gateway.createInvoice(asked)
    expect((await gateway.expireInvoice(id)).status).toBe('EXPIRED')
    expect((await gateway.findInvoices(asked.externalId)).map((found) => found.id)).toEqual([id])
    expect(await gateway.findInvoices('none')).toEqual([])
  })

  test('no refund of a virtual account', async () => {
    const { gateway } = clients()
    const { id } = await gateway.createInvoice(invoice())
    await pay(id, 'BCA')
    const refund = { idempotencyKey: unique('k'), referenceId: 'r', invoiceId: id, amountIdr: 1000 }
    const failure = await failureOf(gateway.createRefund({ ...refund, reason: 'OTHERS' }))
    expect(failure).toMatchObject({ outcome: 'refused', code: 'REFUND_NOT_SUPPORTED' })
  })

  test('an invoice whose answer was lost is there', async () => {
    const { gateway } = clients()
    const asked = invoice()
    await fail('xendit', 'commit_then_timeout')
    expect((await failureOf(gateway.createInvoice(asked))).outcome).toBe('unknown')
    expect(await gateway.findInvoices(asked.externalId)).toHaveLength(1)
  })

  test('a refund whose answer was lost is found by its key', async () => {
    const { gateway } = clients()
    const { id } = await gateway.createInvoice(invoice())
    await pay(id, 'DANA')
    const key = { idempotencyKey: unique('k'), referenceId: unique('RF') }
    const refund = { ...key, invoiceId: id, amountIdr: 1000, reason: 'OTHERS' } as const
    await fail('xendit', 'commit_then_timeout')
    expect((await failureOf(gateway.createRefund(refund))).outcome).toBe('unknown')
    expect((await gateway.createRefund(refund)).referenceId).toBe(key.referenceId)
    const { refunds } = (await control('GET', '/control/book')) as { refunds: unknown[] }
    expect(refunds).toHaveLength(1)
  })
})

describe('Biteship', () => {
  test('rates, booking, tracking, calling off', async () => {
    const { courier } = clients()
    const rates = await courier.rates({ originPostalCode: '12440', destinationPostalCode: '40115', items })
    expect(rates.length).toBeGreaterThan(0)
    for (const rate of rates) expect(rate.priceIdr).toBeGreaterThan(0)
    const asked = parcel()
    const booked = await courier.createOrder(asked)
    expect(booked.status).toBe('confirmed')
    expect((await courier.createOrder(asked)).id).toBe(booked.id)
    await control('POST', `/control/shipments/${booked.id}`, { status: 'picked' })
    const tracked = await courier.getOrder(booked.id)
    expect(tracked.status).toBe('picked')
    expect(tracked.history.map(({ status }) => status)).toContain('confirmed')
    expect((await failureOf(courier.cancelOrder(booked.id, 'others'))).code).toBe('40002053')
    const other = await courier.createOrder(parcel())
    await courier.cancelOrder(other.id, 'others')
    expect((await courier.getOrder(other.id)).status).toBe('cancelled')
  })

  test('a parcel whose answer was lost is booked once', async () => {
    const { courier } = clients()
    const asked = parcel()
    await fail('biteship', 'commit_then_timeout')
    expect((await failureOf(courier.createOrder(asked))).outcome).toBe('unknown')
    const booked = await courier.createOrder(asked)
    expect((await courier.createOrder(asked)).id).toBe(booked.id)
  })
})

test('messages arrive', async () => {
  const { whatsapp, sms, mailer } = clients()
  expect((await whatsapp.sendTemplate(otp)).providerMessageId).toMatch(/^wamid\./)
  await sms.send({ to, body: 'Kode: 654321' })
  await mailer.send(mail)
  const messages = (await control('GET', '/control/messages')) as { channel: string; code?: string }[]
  expect(messages.map(({ channel, code }) => [channel, code]).sort()).toEqual([
    ['email', undefined],
    ['sms', '654321'],
    ['whatsapp', '123456'],
  ])
})

describe('faults', () => {
  const creations: [string, () => Promise<unknown>][] = [
    ['xendit', () => clients().gateway.createInvoice(invoice())],
    ['biteship', () => clients().courier.createOrder(parcel())],
    ['whatsapp', () => clients().whatsapp.sendTemplate(otp)],
    ['sms', () => clients().sms.send({ to, body: 'x' })],
    ['email', () => clients().mailer.send(mail)],
  ]
  describe.each(creations)('%s', (provider, create) => {
    test.each([
      ['refuse', 'refused'],
      ['timeout', 'unknown'],
      ['commit_then_timeout', 'unknown'],
    ])('%s is %s', async (kind, outcome) => {
      await fail(provider, kind)
      expect(await failureOf(create())).toMatchObject({ provider, outcome })
      await create()
    })

    test('error is no definite no', async () => {
      await fail(provider, 'error')
      // A mail server's error is a 4xx reply, and that one is certain: not taken, try later.
      const outcome = provider === 'email' ? 'unreachable' : 'unknown'
      expect(await failureOf(create())).toMatchObject({ provider, outcome })
    })

    test('slow is only slow', async () => {
      await fail(provider, 'slow')
      await create()
    })

    test('garbage is unknown', async () => {
      await fail(provider, 'garbage')
      expect(await failureOf(create())).toMatchObject({ provider, outcome: 'unknown' })
    })
  })

  test.each(creations.filter(([provider]) => provider !== 'email'))('%s limits', async (provider, create) => {
    await control('PUT', '/control/limits', { provider, per_minute: 1 })
    await create()
    const failure = await failureOf(create())
    expect(failure).toMatchObject({ provider, outcome: 'limited' })
  })

  test('a read is tried again by itself', async () => {
    const { gateway } = clients()
    const { id } = await gateway.createInvoice(invoice())
    await fail('xendit', 'error')
    expect((await gateway.getInvoice(id)).id).toBe(id)
  })
})
