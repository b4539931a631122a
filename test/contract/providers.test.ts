import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { NewCourierOrder } from '../../src/domain/logistics/courier.ts'
import type { NewGatewayInvoice } from '../../src/domain/payment/gateway.ts'
import { createBiteshipCourier } from '../../src/providers/biteship/courier.ts'
import { isBiteshipCallback, parseBiteshipWebhook } from '../../src/providers/biteship/webhook.ts'
import { createSmtpMailer } from '../../src/providers/email/smtp.ts'
import { createTwilioSender } from '../../src/providers/sms/twilio.ts'
import { createMetaSender } from '../../src/providers/whatsapp/meta.ts'
import { isSignedByMeta, parseWhatsAppWebhook } from '../../src/providers/whatsapp/webhook.ts'
import { createXenditGateway } from '../../src/providers/xendit/gateway.ts'
import { isXenditCallback, parseXenditWebhook, xenditDedupeKey } from '../../src/providers/xendit/webhook.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { failureOf, openWire, type Wire, type WireRequest } from '../provider-wire.ts'

// The real clients against the sandbox. Both were written from the providers' documentation, independently of
// each other.

const secrets = {
  xendit: { secretKey: 'xnd_development_k', callbackToken: 'c' },
  biteship: { apiKey: 'biteship_test.k', webhookHeader: 'x-laku', webhookSecret: 's' },
  whatsapp: {
    token: 't',
    phoneNumberId: '1055',
    appSecret: 'a',
    verifyToken: 'v',
    templates: [{ name: 'otp', language: 'id', category: 'AUTHENTICATION', body: '' }],
  },
  sms: { account: 'AC1', token: 't' },
}
/**
 * The timeout (ms) is long enough for an answer on a loaded machine, and short enough to wait for a missing
 * one.
 */
const timeoutMs = 500
const breaker = { troubles: 1000 }

let sandbox: Sandbox
/** The server that gets the sandbox's webhooks. */
let receiver: Wire
beforeAll(async () => {
  receiver = await openWire()
  const xendit = { ...secrets.xendit, floatIdr: 10_000_000 }
  sandbox = await startSandbox({ port: 0, lakuUrl: receiver.url, ...secrets, xendit })
})
afterAll(async () => {
  await sandbox.close()
  await receiver.close()
})
beforeEach(async () => {
  await control('POST', '/control/reset')
  receiver.requests.length = 0
})

async function control(method: string, path: string, body: unknown = {}): Promise<unknown> {
  const sent = method === 'GET' ? {} : { body: JSON.stringify(body) }
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(sandbox.url + path, { method, headers, ...sent })
  expect(response.ok, `${method} ${path}: ${response.status}`).toBe(true)
  const text = await response.text()
  return text === '' ? undefined : JSON.parse(text)
}

const fail = (provider: string, kind: string) =>
  control('PUT', '/control/faults', [{ provider, kind, times: 1, delay_ms: 30 }])

const pay = (id: string, channel: string) => control('POST', `/xendit/pay/${id}`, { channel })

let serial = 0
const unique = (name: string) => `${name}-${process.pid}-${++serial}`

function clients() {
  const shared = { timeoutMs, breaker }
  const { xenditUrl, biteshipUrl, whatsappUrl, smsUrl, smtpUrl } = sandbox
  return {
    gateway: createXenditGateway({ url: xenditUrl, secretKey: secrets.xendit.secretKey, ...shared }),
    courier: createBiteshipCourier({ url: biteshipUrl, apiKey: secrets.biteship.apiKey, ...shared }),
    whatsapp: createMetaSender({ url: whatsappUrl, token: 't', phoneNumberId: '1055', ...shared }),
    sms: createTwilioSender({ url: smsUrl, account: 'AC1', token: 't', from: 'LAKU', ...shared }),
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
    expect(made.expiresAt?.getTime()).toBeGreaterThan(Date.now())
    await pay(made.id, 'DANA')
    const paid = await gateway.getInvoice(made.id)
    expect(paid).toMatchObject({ status: 'PAID', paidAmountIdr: 150000, paymentChannel: 'DANA' })
    expect(paid.paidAt).toBeInstanceOf(Date)
    const key = { idempotencyKey: unique('refund'), referenceId: unique('RF') }
    const paymentRequestId = paid.paymentRequestId as string
    const refund = { ...key, paymentRequestId, amountIdr: 50000, reason: 'CANCELLATION' } as const
    const first = await gateway.createRefund(refund)
    expect(first).toMatchObject({ amountIdr: 50000, referenceId: key.referenceId, invoiceId: made.id })
    const ids = { invoiceId: made.id, paymentRequestId, paymentId: paid.paymentId ?? null }
    expect((await gateway.findRefunds(ids)).refunds.map((refund) => refund.id)).toEqual([first.id])
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
    const paymentRequestId = (await gateway.getInvoice(id)).paymentRequestId as string
    const refund = { idempotencyKey: unique('k'), referenceId: 'r', paymentRequestId, amountIdr: 1000 }
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

  test('an invoice that got no answer is not there', async () => {
    const { gateway } = clients()
    const asked = invoice()
    await fail('xendit', 'timeout')
    const failure = await failureOf(gateway.createInvoice(asked))
    expect(failure).toMatchObject({ outcome: 'unknown', code: 'timeout' })
    expect(await gateway.findInvoices(asked.externalId)).toEqual([])
  })

  test('a refund whose answer was lost is found in the lists, and in what the payment says was refunded', async () => {
    const { gateway } = clients()
    const { id } = await gateway.createInvoice(invoice())
    await pay(id, 'DANA')
    const key = { idempotencyKey: unique('k'), referenceId: unique('RF') }
    const paid = await gateway.getInvoice(id)
    const ids = {
      invoiceId: id,
      paymentId: paid.paymentId ?? null,
      paymentRequestId: paid.paymentRequestId ?? null,
    }
    const paymentRequestId = ids.paymentRequestId as string
    const refund = { ...key, paymentRequestId, amountIdr: 1000, reason: 'OTHERS' } as const
    await fail('xendit', 'commit_then_timeout')
    expect((await failureOf(gateway.createRefund(refund))).outcome).toBe('unknown')
    expect((await gateway.findRefunds(ids)).refunds).toMatchObject([{ referenceId: key.referenceId }])
    await expect.poll(() => gateway.refundedIdr(ids)).toBe(1000)
    const { refunds } = (await control('GET', '/control/book')) as { refunds: unknown[] }
    expect(refunds).toHaveLength(1)
  })
})

describe('Biteship', () => {
  test('rates, booking, tracking, cancelling', async () => {
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

describe('webhooks', () => {
  const header = ({ headers }: WireRequest, name: string) => {
    const value = headers[name]
    return typeof value === 'string' ? value : undefined
  }
  const delivered = async () => {
    await sandbox.settleWebhooks()
    return receiver.requests.map((request) => ({ request, body: JSON.parse(request.body) as unknown }))
  }

  test('of Xendit carry the token, and a delivery sent twice has one key', async () => {
    const { gateway } = clients()
    await control('PUT', '/control/webhooks', { duplicates: 1 })
    const { id, externalId } = await gateway.createInvoice(invoice())
    await pay(id, 'DANA')
    const paymentRequestId = (await gateway.getInvoice(id)).paymentRequestId as string
    const refund = {
      idempotencyKey: unique('k'),
      referenceId: unique('RF'),
      paymentRequestId,
      amountIdr: 1000,
    }
    const refunded = await gateway.createRefund({ ...refund, reason: 'OTHERS' })
    const keys = new Set<string>()
    const kinds = new Map<string, unknown>()
    for (const { request, body } of await delivered()) {
      expect(isXenditCallback(header(request, 'x-callback-token'), ['new', 'c'])).toBe(true)
      const notice = parseXenditWebhook(body)
      if (!notice) throw new Error(`not understood: ${request.body}`)
      kinds.set(notice.kind, notice)
      keys.add(xenditDedupeKey(notice, header(request, 'webhook-id')))
    }
    expect(kinds.get('invoice')).toEqual({ kind: 'invoice', id, externalId, status: 'PAID' })
    const { referenceId } = refund
    expect(kinds.get('refund')).toEqual({
      kind: 'refund',
      id: refunded.id,
      referenceId,
      status: 'SUCCEEDED',
    })
    expect(receiver.requests).toHaveLength(4)
    expect(keys.size).toBe(2)
  })

  test('of Biteship carry the header', async () => {
    const { id } = await clients().courier.createOrder(parcel())
    await control('POST', `/control/shipments/${id}`, { status: 'picked' })
    // The waybill number comes in an event of its own, before or after the status.
    const all = await delivered()
    const last = all.find(({ body }) => parseBiteshipWebhook(body)?.event === 'order.status')
    if (!last) throw new Error('nothing came')
    expect(isBiteshipCallback(header(last.request, 'x-laku'), ['s'])).toBe(true)
    expect(parseBiteshipWebhook(last.body)).toMatchObject({
      event: 'order.status',
      orderId: id,
      status: 'picked',
    })
  })

  test('of WhatsApp are signed', async () => {
    const { providerMessageId } = await clients().whatsapp.sendTemplate(otp)
    const reply = { from: to, body: 'SIAP', context_id: providerMessageId }
    await control('POST', '/control/whatsapp/reply', reply)
    const all = await delivered()
    for (const { request } of all) {
      const signature = header(request, 'x-hub-signature-256')
      expect(isSignedByMeta(Buffer.from(request.body), signature, 'a')).toBe(true)
    }
    const parsed = all.map(({ body }) => parseWhatsAppWebhook(body))
    expect(parsed.flatMap((delivery) => delivery?.statuses ?? [])).toContainEqual(
      expect.objectContaining({ providerMessageId, status: 'delivered' }),
    )
    expect(parsed.flatMap((delivery) => delivery?.messages ?? [])).toEqual([
      expect.objectContaining({ from: to, body: 'SIAP', repliesTo: providerMessageId }),
    ])
  })
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
      ['commit_then_timeout', 'unknown'],
    ])('%s is %s', async (kind, outcome) => {
      await fail(provider, kind)
      expect(await failureOf(create())).toMatchObject({ provider, outcome })
      await create()
    })

    test('error is no definite no', async () => {
      await fail(provider, 'error')
      // A mail server's error is a 4xx reply, which is certain: the mail was not accepted and can be sent
      // later.
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
