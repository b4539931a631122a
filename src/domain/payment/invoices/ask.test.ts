import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWire, replying, type Wire } from '../../../../test/provider-wire.ts'
import { createXenditGateway } from '../../../providers/xendit/gateway.ts'
import { askInvoice } from './ask.ts'

let wire: Wire
beforeAll(async () => {
  wire = await openWire()
})
afterAll(() => wire.close())

const now = new Date('2026-11-30T10:00:00Z')
const invoice = (status: string) => ({
  id: 'inv-1',
  external_id: 'PAY-1',
  status,
  amount: 50_000,
  invoice_url: 'https://pay.example/inv-1',
  expiry_date: '2026-11-30T09:00:00.000Z',
})
const payment = (providerInvoiceId: string | null) => ({
  id: 'p',
  code: 'PAY-1',
  providerInvoiceId,
  invoiceRequestedAt: new Date('2026-11-30T08:00:00Z'),
  buyerBackAt: null,
  expiresAt: new Date('2026-11-30T09:00:00Z'),
  nextCheckAt: now,
  contradictedAt: null,
})

test.each([
  ['EXPIRED', 'over'],
  ['PROCESSING', 'unsure'],
])('an invoice that is %s after its time: %s', async (status, state) => {
  const gateway = createXenditGateway({ url: wire.url, secretKey: 'k' })
  wire.answer = replying(200, invoice(status))
  expect(await askInvoice(gateway, payment('inv-1'), { now, close: true })).toMatchObject({ state })
  wire.answer = replying(200, [{ id: 'odd', status: 1 }, invoice(status)])
  expect(await askInvoice(gateway, payment(null), { now, close: true })).toMatchObject({ state: 'unsure' })
})

test('nothing ends beside an invoice that cannot be read: the one that can be paid is closed, and the other asked about', async () => {
  const gateway = createXenditGateway({ url: wire.url, secretKey: 'k' })
  const closed: string[] = []
  wire.answer = (request, response) => {
    if (request.method === 'POST') closed.push(request.url)
    replying(200, request.method === 'POST' ? invoice('EXPIRED') : [null, invoice('PENDING')])(
      request,
      response,
    )
  }
  const update = await askInvoice(gateway, payment(null), { now, close: true })
  expect([update.state, closed]).toEqual(['unsure', ['/invoices/inv-1/expire!']])
})

test('an item that cannot be read hides no paid invoice of the same key', async () => {
  const gateway = createXenditGateway({ url: wire.url, secretKey: 'k' })
  wire.answer = replying(200, [
    { id: 'odd', status: 1 },
    { ...invoice('PAID'), paid_amount: 50_000 },
  ])
  const update = await askInvoice(gateway, payment(null), { now, close: true })
  expect(update).toMatchObject({ state: 'paid', invoices: [{ id: 'inv-1' }] })
})
