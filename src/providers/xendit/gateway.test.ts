import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { failureOf, openWire, replying, type Wire } from '../../../test/provider-wire.ts'
import type { NewGatewayInvoice } from '../../domain/payment/gateway.ts'
import { createXenditGateway } from './gateway.ts'

let wire: Wire
beforeAll(async () => {
  wire = await openWire()
})
afterAll(() => wire.close())
beforeEach(() => {
  wire.requests.length = 0
})

const gateway = (timeoutMs = 1000) =>
  createXenditGateway({ url: `${wire.url}/`, secretKey: 'xnd_development_k', timeoutMs })
const body = () => JSON.parse(wire.requests[0]?.body ?? '')

const pending = {
  id: '64f0c1',
  external_id: 'PAY-1',
  status: 'PENDING',
  amount: 150000,
  invoice_url: 'https://pay.example/64f0c1',
  expiry_date: '2026-11-24T05:00:00.000Z',
}
const paid = {
  ...pending,
  status: 'PAID',
  paid_amount: 150000,
  paid_at: '2026-11-24T04:30:00.000Z',
  payment_method: 'EWALLET',
  payment_channel: 'DANA',
  payment_id: 'py-1',
}
const order: NewGatewayInvoice = {
  externalId: 'PAY-1',
  amountIdr: 150000,
  expiresInS: 3600,
  description: 'Sesi GB-1',
  payer: { name: 'Budi', phone: '+628123456789' },
  items: [{ name: 'Kaos', priceIdr: 75000, quantity: 2 }],
}

describe('creating an invoice', () => {
  test('asks in Xendit’s words, and needs none of the lists that the SDK wants', async () => {
    wire.answer = replying(200, pending)
    expect(await gateway().createInvoice(order)).toEqual({
      id: '64f0c1',
      externalId: 'PAY-1',
      status: 'PENDING',
      amountIdr: 150000,
      invoiceUrl: 'https://pay.example/64f0c1',
      expiresAt: new Date('2026-11-24T05:00:00Z'),
    })
    expect(wire.requests[0]).toMatchObject({ method: 'POST', url: '/v2/invoices/' })
    expect(wire.requests[0]?.headers.authorization).toBe(`Basic ${btoa('xnd_development_k:')}`)
    expect(body()).toEqual({
      external_id: 'PAY-1',
      amount: 150000,
      currency: 'IDR',
      description: 'Sesi GB-1',
      invoice_duration: 3600,
      customer: { given_names: 'Budi', mobile_number: '+628123456789' },
      items: [{ name: 'Kaos', price: 75000, quantity: 2 }],
    })
  })

  test.each([
    ['a no', 400, { error_code: 'EMAIL_FORMAT_ERROR', message: 'm' }, 'refused', 'EMAIL_FORMAT_ERROR'],
    ['a wrong key', 401, { error_code: 'INVALID_API_KEY', message: 'm' }, 'refused', 'INVALID_API_KEY'],
    ['an error page', 502, '<html>', 'unknown', 'http_502'],
    ['garbage', 200, '<html>', 'unknown', 'not_json'],
    ['half an invoice', 200, { id: '1' }, 'unknown', 'unreadable_answer'],
    ['a fraction of a rupiah', 200, { ...pending, amount: 0.5 }, 'unknown', 'unreadable_answer'],
    ['pesos', 200, { ...pending, currency: 'PHP' }, 'unknown', 'unreadable_answer'],
  ])('%s', async (_what, status, answer, outcome, code) => {
    wire.answer = replying(status, answer)
    const failure = await failureOf(gateway().createInvoice(order))
    expect(failure).toMatchObject({ provider: 'xendit', operation: 'create_invoice', outcome, code })
    expect(wire.requests).toHaveLength(1)
  })

  test('offers what the account has where it lacks a way to pay that takes the amount', async () => {
    wire.answer = (request, response) =>
      request.body.includes('payment_methods')
        ? replying(400, { error_code: 'UNAVAILABLE_PAYMENT_METHOD_ERROR', message: 'm' })(request, response)
        : replying(200, pending)(request, response)
    expect(await gateway().createInvoice({ ...order, methods: ['BCA', 'BJB'] })).toMatchObject({
      id: '64f0c1',
    })
    expect(JSON.parse(wire.requests[0]?.body ?? '')).toMatchObject({ payment_methods: ['BCA', 'BJB'] })
    expect(wire.requests).toHaveLength(2)
  })

  test('no answer in time', async () => {
    wire.answer = () => undefined
    const failure = await failureOf(gateway(100).createInvoice(order))
    expect(failure).toMatchObject({ outcome: 'unknown', code: 'timeout' })
    expect(wire.requests).toHaveLength(1)
  })
})

describe('reading invoices', () => {
  test('has what the SDK drops', async () => {
    wire.answer = replying(200, paid)
    expect(await gateway().getInvoice('64f0c1')).toMatchObject({
      status: 'PAID',
      paidAmountIdr: 150000,
      paidAt: new Date('2026-11-24T04:30:00Z'),
      paymentMethod: 'EWALLET',
      paymentChannel: 'DANA',
      paymentId: 'py-1',
    })
    expect(wire.requests[0]).toMatchObject({ method: 'GET', url: '/v2/invoices/64f0c1' })
  })

  test('by our key', async () => {
    // If the list ignores the filter, it also contains other buyers' invoices.
    wire.answer = replying(200, [
      paid,
      { ...paid, id: 'ours', external_id: 'PAY 1' },
      { ...paid, external_id: null },
    ])
    expect((await gateway().findInvoices('PAY 1')).map((invoice) => invoice.id)).toEqual(['ours', '64f0c1'])
    expect(wire.requests[0]?.url).toBe('/v2/invoices?external_id=PAY+1')
  })

  test('by pages', async () => {
    wire.answer = replying(200, [])
    const statuses = ['PAID', 'SETTLED'] as const
    const paidAfter = new Date('2026-11-24T04:00:00Z')
    expect(await gateway().listInvoices({ statuses, paidAfter, afterId: 'x', limit: 50 })).toEqual([])
    const query = new URL(wire.requests[0]?.url ?? '', wire.url).searchParams
    expect(query.getAll('statuses')).toEqual(['PAID', 'SETTLED'])
    expect(query.get('paid_after')).toBe('2026-11-24T04:00:00.000Z')
    expect(query.get('last_invoice')).toBe('x')
    expect(query.has('paid_before')).toBe(false)
  })

  test('one that is not there', async () => {
    wire.answer = replying(404, { error_code: 'INVOICE_NOT_FOUND_ERROR', message: 'm' })
    const failure = await failureOf(gateway().getInvoice('none'))
    expect(failure).toMatchObject({ outcome: 'refused', code: 'INVOICE_NOT_FOUND_ERROR', httpStatus: 404 })
  })
})

test('expiring sends neither body nor content type', async () => {
  wire.answer = replying(200, { ...pending, status: 'EXPIRED' })
  expect((await gateway().expireInvoice('64f0c1')).status).toBe('EXPIRED')
  expect(wire.requests[0]).toMatchObject({ method: 'POST', url: '/invoices/64f0c1/expire!', body: '' })
  expect(wire.requests[0]?.headers['content-type']).toBeUndefined()
})

describe('refunds', () => {
  const refund = { id: 'rfd-1', status: 'PENDING', amount: 5000, reference_id: 'RF-1', invoice_id: '64f0c1' }
  const asked = {
    idempotencyKey: 'refund:RF-1',
    paymentRequestId: 'pr-1',
    referenceId: 'RF-1',
    amountIdr: 5000,
    reason: 'CANCELLATION',
  } as const
  const read = {
    id: 'rfd-1',
    status: 'PENDING',
    amountIdr: 5000,
    referenceId: 'RF-1',
    invoiceId: '64f0c1',
  }

  test('carry their key', async () => {
    wire.answer = replying(200, { ...refund, failure_code: null })
    expect(await gateway().createRefund(asked)).toEqual(read)
    expect(wire.requests[0]).toMatchObject({ method: 'POST', url: '/refunds' })
    expect(wire.requests[0]?.headers['idempotency-key']).toBe('refund:RF-1')
    expect(body()).toEqual({
      payment_request_id: 'pr-1',
      reference_id: 'RF-1',
      amount: 5000,
      currency: 'IDR',
      reason: 'CANCELLATION',
    })
  })

  test.each([
    [403, 'REFUND_NOT_SUPPORTED', 'refused'],
    [409, 'DUPLICATE_ERROR', 'refused'],
    [503, 'CHANNEL_UNAVAILABLE', 'unknown'],
    [429, 'RATE_LIMIT_EXCEEDED', 'limited'],
  ])('%i %s is %s', async (status, error_code, outcome) => {
    wire.answer = replying(status, { error_code, message: 'm' })
    const failure = await failureOf(gateway().createRefund(asked))
    expect(failure).toMatchObject({ operation: 'create_refund', outcome, code: error_code })
  })

  test('are read with their failure', async () => {
    wire.answer = replying(200, { ...refund, currency: 'PHP' })
    expect(await failureOf(gateway().getRefund('rfd-1'))).toMatchObject({ code: 'unreadable_answer' })
    wire.requests.length = 0
    wire.answer = replying(200, { ...refund, status: 'FAILED', failure_code: 'ACCOUNT_NOT_FOUND' })
    expect(await gateway().getRefund('rfd-1')).toEqual({
      ...read,
      status: 'FAILED',
      failureCode: 'ACCOUNT_NOT_FOUND',
    })
    expect(wire.requests[0]).toMatchObject({ method: 'GET', url: '/refunds/rfd-1' })
  })

  test('are found by the filter that is taken, where the other is refused, and not found is not said where both are', async () => {
    const ids = { invoiceId: '64f0c1', paymentId: null, paymentRequestId: 'pr-1' }
    const refuse = replying(400, { error_code: 'API_VALIDATION_ERROR', message: 'invoice_id is gone' })
    const list = replying(200, { data: [refund], has_more: false })
    wire.answer = (request, response) =>
      (request.url?.includes('invoice_id=') ? refuse : list)(request, response)
    expect(await gateway().findRefunds(ids)).toEqual({ refunds: [read] })
    wire.answer = refuse
    expect(await failureOf(gateway().findRefunds(ids))).toMatchObject({ outcome: 'refused' })
  })

  test('are found beside one that cannot be read, which is said', async () => {
    const ids = { invoiceId: '64f0c1', paymentId: null, paymentRequestId: null }
    wire.answer = replying(200, { data: [null, refund, { ...refund, amount: null }], has_more: 'false' })
    expect(await gateway().findRefunds(ids)).toEqual({ refunds: [read], partial: 'unreadable_refund' })
    wire.answer = replying(200, { data: [refund], has_more: 'true' })
    expect(await gateway().findRefunds(ids)).toEqual({ refunds: [read], partial: 'endless_list' })
  })

  test.each([
    [{ refunded_amount: '700.00' }, 700],
    [{ refunded_amount: 'some' }, undefined],
    [{ refunded_amount: null }, 0],
    [{ refunded_amount: 700.5 }, 701],
    [{}, undefined],
  ])('a charge that says %j has refunded %s', async (charge, idr) => {
    wire.answer = replying(200, { id: 'ewc_1', status: 'SUCCEEDED', ...charge })
    const ids = { invoiceId: 'i', paymentId: 'ewc_1', paymentRequestId: null }
    expect(await gateway().refundedIdr(ids)).toBe(idr)
  })
})
