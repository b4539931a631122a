import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Invoice, Payout, Refund } from 'xendit-node'
import { SECRETS, startFixture } from '../../../test/sandbox-fixture.ts'
import { fieldsOf } from '../fields.ts'

let f: Awaited<ReturnType<typeof startFixture>>
beforeAll(async () => {
  f = await startFixture()
})
afterAll(() => f.close())
beforeEach(async () => {
  f.clock.aheadMs = 0
  await f.control('POST', '/reset')
  // The sandbox has the company's own money, because unsettled payments have a test of their own.
  await f.control('PUT', '/balance', { float_idr: FLOAT_IDR })
  f.receiver.received.length = 0
})

const FLOAT_IDR = 10_000_000

const create = (fields: object = {}) =>
  f.xendit('POST', '/v2/invoices', { external_id: 'inv-1', amount: 100_000, ...fields })

async function paid(channel: string, fields: object = {}) {
  const { body } = await create(fields)
  const answer = await f.page('POST', `/${body.id}`, { channel })
  expect(answer.status).toBe(200)
  return String(body.id)
}

const requestOf = async (invoiceId: string) =>
  String((await f.xendit('GET', `/v2/invoices/${invoiceId}`)).body.payment_request_id)
const post = (body: object, key?: string) =>
  f.xendit(
    'POST',
    '/refunds',
    { reason: 'CANCELLATION', reference_id: 'r', ...body },
    key ? { 'idempotency-key': key } : {},
  )
/** Makes a refund in the current form: by the id of the invoice's payment. */
const refund = async (
  { invoice_id: id, ...body }: { invoice_id: string } & Record<string, unknown>,
  key?: string,
) => await post({ payment_request_id: await requestOf(id), ...body }, key)

const payoutBody = {
  reference_id: 'po-1',
  channel_code: 'ID_BCA',
  channel_properties: { account_number: '1234567890', account_holder_name: 'Siti' },
  amount: 50_000,
  currency: 'IDR',
}
const payout = (account: string, key: string, over: object = {}) =>
  f.xendit(
    'POST',
    '/v2/payouts',
    { ...payoutBody, channel_properties: { account_number: account, account_holder_name: 'Siti' }, ...over },
    { 'idempotency-key': key },
  )

describe('invoices', () => {
  it('wants the key', async () => {
    const answer = await f.xendit('GET', '/v2/invoices/x', undefined, { authorization: 'Basic eA==' })
    expect([answer.status, answer.body.error_code]).toEqual([401, 'INVALID_API_KEY'])
  })

  it('answers every available_* list, with and without the trailing slash', async () => {
    const answer = await f.xendit('POST', '/v2/invoices/', { external_id: 'a', amount: 10_000 })
    expect(answer.status).toBe(200)
    expect(answer.body.id).toMatch(/^[0-9a-f]{24}$/)
    expect(answer.body.status).toBe('PENDING')
    for (const list of ['banks', 'retail_outlets', 'ewallets', 'qr_codes', 'direct_debits', 'paylaters'])
      expect(answer.body[`available_${list}`]).toBeInstanceOf(Array)
    expect(answer.body.invoice_url).toBe(`${f.sandbox.url}/xendit/pay/${answer.body.id}`)
  })

  it.each([
    [{ external_id: '' }, 'API_VALIDATION_ERROR'],
    [{ amount: 0.5 }, 'API_VALIDATION_ERROR'],
    [{ amount: 9_999 }, 'MINIMAL_TRANSFER_AMOUNT_ERROR'],
    [{ amount: 60_000_000_000 }, 'MAXIMUM_TRANSFER_AMOUNT_ERROR'],
    [{ payer_email: 'nobody' }, 'EMAIL_FORMAT_ERROR'],
    [{ currency: 'USD' }, 'UNSUPPORTED_CURRENCY'],
    [{ payment_methods: [] }, 'NO_COLLECTION_METHODS_ERROR'],
    [{ payment_methods: ['CASH'] }, 'UNAVAILABLE_PAYMENT_METHOD_ERROR'],
    [{ customer: { mobile_number: '0812' } }, 'API_VALIDATION_ERROR'],
  ])('refuses %j with 400 %s', async (fields, code) => {
    const answer = await create(fields)
    expect([answer.status, answer.body.error_code]).toEqual([400, code])
  })

  it('makes two of one external_id, found by it newest first', async () => {
    const [first, second] = [await create(), await create()]
    const found = await f.xendit('GET', '/v2/invoices?external_id=inv-1')
    expect(found.list.map((it) => it.id)).toEqual([second.body.id, first.body.id])
    const none = await f.xendit('GET', '/v2/invoices/000000000000000000000000')
    expect([none.status, none.body.error_code]).toEqual([404, 'INVOICE_NOT_FOUND_ERROR'])
  })

  it('pages through what was paid', async () => {
    const ids: string[] = []
    for (let n = 0; n < 5; n++) ids.push(await paid('DANA', { external_id: `p-${n}` }))
    await create()
    const after = new Date(Date.now() - 60_000).toISOString()
    const pageOf = async (last?: string) =>
      f.xendit(
        'GET',
        `/v2/invoices?statuses[]=PAID&statuses[]=SETTLED&limit=2&paid_after=${after}${last ? `&last_invoice_id=${last}` : ''}`,
      )
    const seen: unknown[] = []
    for (let last: string | undefined; ; last = String(seen.at(-1))) {
      const { list } = await pageOf(last)
      if (list.length === 0) break
      seen.push(...list.map((it) => it.id))
    }
    expect(seen).toEqual(ids.toReversed())
    const past = await f.xendit('GET', `/v2/invoices?statuses=PAID&paid_before=${after}`)
    expect(past.list).toEqual([])
    expect((await f.xendit('GET', '/v2/invoices?limit=101')).status).toBe(400)
  })

  it('is paid on the page, once, and says so by webhook', async () => {
    const { body } = await create()
    const page = await f.page('GET', `/${body.id}`)
    expect(page.text).toContain('value="QRIS"')
    const pay = await f.page('POST', `/${body.id}`, { channel: 'BCA' })
    expect([pay.status, pay.body.status]).toEqual([200, 'PAID'])
    expect((await f.page('POST', `/${body.id}`, { channel: 'BCA' })).status).toBe(409)
    await f.sandbox.settleWebhooks()
    const [hook, ...more] = f.receiver.received
    expect(more).toEqual([])
    expect(hook).toMatchObject({
      path: '/api/webhooks/xendit',
      headers: { 'x-callback-token': SECRETS.xendit.callbackToken },
      body: {
        id: body.id,
        external_id: 'inv-1',
        status: 'PAID',
        amount: 100_000,
        paid_amount: 100_000,
        payment_method: 'BANK_TRANSFER',
        payment_channel: 'BCA',
        bank_code: 'BCA',
        currency: 'IDR',
      },
    })
    const read = await f.xendit('GET', `/v2/invoices/${body.id}`)
    expect(read.body).toMatchObject({ status: 'PAID', payment_id: hook?.body.payment_id })
  })

  it('takes a form without script, another amount, and only its own channels', async () => {
    const one = await create({ payment_methods: ['OVO'] })
    const path = `${f.sandbox.url}/xendit/pay/${one.body.id}`
    const form = (fields: Record<string, string>) =>
      fetch(path, { method: 'POST', body: new URLSearchParams(fields) })
    expect((await form({ channel: 'BCA' })).status).toBe(400)
    const answer = await form({ channel: 'OVO', amount: '99000' })
    expect([answer.status, answer.url]).toEqual([200, `${path}?lang=id`])
    expect(await answer.text()).toMatch(/Pembayaran berhasil.*Rp.99\.000.*Dibayar lewat OVO/s)
    const again = await form({ channel: 'OVO' })
    expect([again.status, await again.text()]).toEqual([409, expect.stringContaining('This invoice is paid')])
    const read = await f.xendit('GET', `/v2/invoices/${one.body.id}`)
    expect(read.body).toMatchObject({ amount: 100_000, paid_amount: 99_000, payment_method: 'EWALLET' })
  })

  it('expires by itself, tells it, refuses payment, and still can be PAID late', async () => {
    const { body } = await create({ invoice_duration: 60 })
    f.clock.aheadMs = 61_000
    await expect.poll(() => f.receiver.received.map((it) => it.body.status)).toEqual(['EXPIRED'])
    const refused = await f.page('POST', `/${body.id}`, {})
    expect([refused.status, refused.body.error_code]).toEqual([409, 'INVOICE_EXPIRED'])
    expect((await f.page('POST', `/${body.id}`, { late: true })).body.status).toBe('PAID')
    await f.sandbox.settleWebhooks()
    expect(f.receiver.received.map((it) => it.body.status)).toEqual(['EXPIRED', 'PAID'])
  })

  it('expires by hand without a body, but not once paid', async () => {
    const { body } = await create()
    expect((await f.xendit('POST', `/invoices/${body.id}/expire!`)).body.status).toBe('EXPIRED')
    const id = await paid('DANA')
    expect((await f.xendit('POST', `/invoices/${id}/expire!`)).status).toBe(400)
  })
})

describe('refunds', () => {
  it('are pending, then succeed and say so; a key that is heeded answers as it did first', async () => {
    await f.control('PUT', '/profile', { 'xendit.refund-key': 'honoured' })
    const id = await paid('DANA')
    const first = await refund({ invoice_id: id, amount: 40_000 }, 'k1')
    expect(first.body).toMatchObject({
      status: 'PENDING',
      amount: 40_000,
      channel_code: 'DANA',
      invoice_id: id,
    })
    await f.sandbox.settleWebhooks()
    expect((await refund({ invoice_id: id, amount: 40_000 }, 'k1')).body).toEqual(first.body)
    const other = await refund({ invoice_id: id, amount: 1_000 }, 'k1')
    expect([other.status, other.body.error_code]).toEqual([409, 'DUPLICATE_ERROR'])
    expect((await f.xendit('GET', `/refunds/${first.body.id}`)).body.status).toBe('SUCCEEDED')
    expect(f.receiver.received.at(-1)?.body).toMatchObject({
      event: 'refund.succeeded',
      data: { id: first.body.id, status: 'SUCCEEDED' },
    })
  })

  it.each(['BCA', 'MANDIRI', 'ALFAMART', 'INDOMARET', 'OVO'])('are not supported for %s', async (channel) => {
    const answer = await refund({ invoice_id: await paid(channel) })
    expect([answer.status, answer.body.error_code]).toEqual([403, 'REFUND_NOT_SUPPORTED'])
  })

  it('are whole at LinkAja, within days, of a paid invoice, and no more than was paid', async () => {
    const linkAja = await paid('LINKAJA')
    expect((await refund({ invoice_id: linkAja, amount: 1 })).body.error_code).toBe(
      'PARTIAL_REFUND_NOT_SUPPORTED',
    )
    const unpaid = await create()
    expect((await post({ payment_request_id: 'pr-none' })).status).toBe(404)
    expect((await post({ invoice_id: linkAja })).body.error_code).toBe('API_VALIDATION_ERROR')
    await f.control('PUT', '/profile', { 'xendit.refund-form': 'legacy' })
    expect((await post({ invoice_id: unpaid.body.id })).body.error_code).toBe('INELIGIBLE_TRANSACTION_STATUS')
    expect((await post({ invoice_id: 'f'.repeat(24) })).status).toBe(404)
    expect((await refund({ invoice_id: linkAja, reason: 'BORED' })).body.error_code).toBe(
      'API_VALIDATION_ERROR',
    )
    const qris = await paid('QRIS')
    await f.control('PUT', '/refunds', { outcome: 'PENDING' })
    const open = await refund({ invoice_id: qris, amount: 60_000 })
    expect((await refund({ invoice_id: qris, amount: 1 })).body.error_code).toBe('REFUND_IN_PROGRESS')
    await f.control('POST', `/refunds/${open.body.id}`, { status: 'SUCCEEDED' })
    await f.sandbox.settleWebhooks()
    const tooMuch = await refund({ invoice_id: qris, amount: 40_001 })
    expect([tooMuch.status, tooMuch.body.error_code]).toEqual([400, 'REFUND_AMOUNT_EXCEEDED'])
    f.clock.aheadMs = 8 * 86_400_000
    expect((await refund({ invoice_id: qris, amount: 1 })).body.error_code).toBe('REFUND_NOT_SUPPORTED')
  })

  it('fail when told to, and then what was paid is whole again', async () => {
    await f.control('PUT', '/refunds', { outcome: 'FAILED', failure_code: 'ACCOUNT_NOT_FOUND' })
    const id = await paid('GOPAY')
    const { body } = await refund({ invoice_id: id })
    await f.sandbox.settleWebhooks()
    expect((await f.xendit('GET', `/refunds/${body.id}`)).body).toMatchObject({
      status: 'FAILED',
      failure_code: 'ACCOUNT_NOT_FOUND',
    })
    expect(f.receiver.received.at(-1)?.body.event).toBe('refund.failed')
    expect((await refund({ invoice_id: id })).body.amount).toBe(100_000)
  })
})

describe('refunds as nobody promised them', () => {
  it('are made twice where the key is not heeded, and a repeat is answered as the profile says', async () => {
    const id = await paid('DANA')
    const one = await refund({ invoice_id: id, amount: 40_000 }, 'k')
    await f.sandbox.settleWebhooks()
    await f.control('PUT', '/profile', { 'xendit.refund-repeat': 'IDEMPOTENCY_ERROR' })
    const refused = await refund({ invoice_id: id, amount: 40_000 }, 'k')
    expect([refused.status, refused.body.error_code]).toEqual([409, 'IDEMPOTENCY_ERROR'])
    await f.control('PUT', '/profile', {})
    const two = await refund({ invoice_id: id, amount: 40_000 }, 'k')
    await f.sandbox.settleWebhooks()
    expect(two.body.id).not.toBe(one.body.id)
    const listed = await f.xendit('GET', `/refunds?invoice_id=${id}&limit=1`)
    expect(listed.body).toMatchObject({ data: [{ id: two.body.id }], has_more: true })
    const more = await f.xendit('GET', `/refunds?invoice_id=${id}&limit=1&after_id=${two.body.id}`)
    expect(more.body).toMatchObject({ data: [{ id: one.body.id }], has_more: false })
    const { payment_id: charge } = (await f.xendit('GET', `/v2/invoices/${id}`)).body
    expect((await f.xendit('GET', `/ewallets/charges/${charge}`)).body.refunded_amount).toBe(80_000)
  })

  it('say what they are told to by force, and the book follows', async () => {
    const { body } = await refund({ invoice_id: await paid('DANA'), amount: 40_000 })
    await f.sandbox.settleWebhooks()
    const move = (told: object) => f.control('POST', `/refunds/${body.id}`, told)
    expect((await move({ status: 'FAILED' })).status).toBe(400)
    expect((await move({ status: 'SUCCEEDED', amount: 39_000, force: true })).body.amount).toBe(39_000)
    const line = async () =>
      (await f.xendit('GET', `/transactions?product_id=${body.id}`)).body.data as {
        status: string
        amount: number
      }[]
    expect(await line()).toMatchObject([{ status: 'SUCCESS', amount: 39_000 }])
    await move({ status: 'FAILED', force: true })
    expect(await line()).toMatchObject([{ status: 'FAILED' }])
  })

  it.each([
    ['BCA', 2],
    ['DANA', 2],
    ['CREDIT_CARD', 5],
    ['ALFAMART', 5],
    ['BRI', 1],
  ])('%s is settled after %i days at the soonest, and never on a weekend', async (channel, days) => {
    const id = await paid(channel)
    const { body } = await f.xendit('GET', '/transactions')
    const [line] = body.data as { created: string; estimated_settlement_time: string; reference_id: string }[]
    expect(id).not.toBe('')
    const at = new Date(line?.estimated_settlement_time ?? '')
    const after = (at.getTime() - Date.parse(line?.created ?? '')) / 86_400_000
    expect(after).toBeGreaterThanOrEqual(days)
    expect(after).toBeLessThanOrEqual(days + 2)
    expect([0, 6]).not.toContain(new Date(at.getTime() + 7 * 3_600_000).getUTCDay())
  })

  it('need what is settled, where the account holds no float', async () => {
    await f.control('PUT', '/balance', { float_idr: 0 })
    await f.control('PUT', '/profile', { 'xendit.settlement': 'after_1d' })
    const id = await paid('GOPAY')
    const early = await refund({ invoice_id: id, amount: 40_000 })
    expect([early.status, early.body.error_code]).toEqual([400, 'INSUFFICIENT_BALANCE'])
    expect((await f.xendit('GET', '/balance')).body.balance).toBe(0)
    expect((await f.xendit('GET', '/balance?account_type=HOLDING')).body.balance).toBe(98_335)
    f.clock.aheadMs = 86_400_000
    expect((await refund({ invoice_id: id, amount: 40_000 })).status).toBe(200)
  })

  it('are taken back by some apps behind a QRIS, by CIMB whole only a day later, and the method has two names', async () => {
    const qris = async (source: string) => {
      const { body } = await create()
      await f.page('POST', `/${body.id}`, { channel: 'QRIS', source })
      return String(body.id)
    }
    const code = async (id: string, more: object = {}) =>
      (await refund({ invoice_id: id, ...more })).body.error_code
    expect(await code(await qris('BCA'))).toBe('REFUND_NOT_SUPPORTED')
    expect(await code(await qris('GoPay'))).toBeUndefined()
    const cimb = await qris('CIMB Niaga')
    expect(await code(cimb)).toBe('TEMPORARILY_UNAVAILABLE')
    expect(await code(cimb, { amount: 1_000 })).toBeUndefined()
    await f.control('PUT', '/profile', { 'xendit.qris-method': 'QRIS' })
    expect((await f.xendit('GET', `/v2/invoices/${cimb}`)).body).toMatchObject({
      payment_method: 'QRIS',
      payment_details: { source: 'CIMB Niaga' },
    })
  })
})

describe('payouts', () => {
  it.each([
    ['1234567890', 'SUCCEEDED', undefined, ['payout.succeeded']],
    ['131313', 'ACCEPTED', undefined, []],
    ['123456', 'FAILED', 'TEMPORARY_TRANSFER_ERROR', ['payout.failed']],
    ['999999', 'FAILED', 'REJECTED_BY_CHANNEL', ['payout.failed']],
    ['121212', 'FAILED', 'INVALID_DESTINATION', ['payout.failed']],
    ['12345', 'FAILED', 'INVALID_DESTINATION', ['payout.failed']],
    ['654321', 'REVERSED', undefined, ['payout.succeeded', 'payout.reversed']],
  ])('to %s end %s %s', async (account, status, failureCode, events) => {
    const first = await payout(account, 'key')
    expect(first.body).toMatchObject({ status: 'ACCEPTED', reference_id: 'po-1' })
    await f.sandbox.settleWebhooks()
    const read = await f.xendit('GET', `/v2/payouts/${first.body.id}`)
    expect([read.body.status, read.body.failure_code]).toEqual([status, failureCode])
    expect(f.receiver.received.map((it) => it.body.event).toSorted()).toEqual(events.toSorted())
    const byReference = await f.xendit('GET', '/v2/payouts?reference_id=po-1')
    expect(byReference.body).toMatchObject({ data: [{ id: first.body.id }], has_more: false })
  })

  it('may tell of themselves as the newer API does, under an id that this one does not know', async () => {
    await f.control('PUT', '/profile', { 'xendit.payout-events': 'v3', 'xendit.list-references': 'null' })
    const first = await payout('1234567890', 'newer')
    await f.sandbox.settleWebhooks()
    const told = f.receiver.received.at(-1)?.body
    expect(told).toMatchObject({ event: 'v3_payout.succeeded', data: { reference_id: 'po-1' } })
    const id = fieldsOf(told?.data).id
    expect(id).not.toBe(first.body.id)
    expect((await f.xendit('GET', `/v2/payouts/${id}`)).status).toBe(404)
    const listed = await f.xendit('GET', '/v2/payouts?reference_id=po-1')
    expect(listed.body).toMatchObject({ data: [{ id: first.body.id, reference_id: null }] })
    await f.control('PUT', '/profile', {})
  })

  it('above what can be spent, fee included, are taken on and fail', async () => {
    await f.control('PUT', '/balance', { float_idr: 52_774 })
    const short = await payout('1234567890', 'short')
    await f.sandbox.settleWebhooks()
    expect((await f.xendit('GET', `/v2/payouts/${short.body.id}`)).body).toMatchObject({
      status: 'FAILED',
      failure_code: 'INSUFFICIENT_BALANCE',
    })
    await f.control('PUT', '/balance', { float_idr: 52_775 })
    const enough = await payout('1234567890', 'enough')
    await f.sandbox.settleWebhooks()
    expect((await f.xendit('GET', `/v2/payouts/${enough.body.id}`)).body.status).toBe('SUCCEEDED')
    expect((await f.control('PUT', '/balance', { float_idr: -1 })).status).toBe(400)
  })

  it('refuse texts that are too long', async () => {
    const long = 'x'.repeat(256)
    for (const over of [{ reference_id: long }, { description: long }])
      expect((await payout('1234567890', 'long', over)).body.error_code).toBe('API_VALIDATION_ERROR')
    expect((await payout('1234567890', long)).body.error_code).toBe('API_VALIDATION_ERROR')
  })

  it('need a key; the same one answers the same, or refuses another body', async () => {
    expect((await f.xendit('POST', '/v2/payouts', payoutBody)).status).toBe(400)
    const first = await payout('1234567890', 'k')
    await f.sandbox.settleWebhooks()
    expect((await payout('1234567890', 'k')).body).toEqual(first.body)
    expect((await payout('1234567890', 'k', { amount: 60_000 })).body.error_code).toBe('DUPLICATE_ERROR')
    expect((await payout('1', 'l', { channel_code: 'ID_NONE' })).body.error_code).toBe(
      'CHANNEL_CODE_NOT_SUPPORTED',
    )
    expect((await payout('12a', 'm')).body.error_code).toBe('API_VALIDATION_ERROR')
  })

  it('can be cancelled only while accepted, and reversed by hand after success', async () => {
    const waiting = await payout('131313', 'a')
    expect((await f.xendit('POST', `/v2/payouts/${waiting.body.id}/cancel`)).body.status).toBe('CANCELLED')
    expect((await f.xendit('POST', `/v2/payouts/${waiting.body.id}/cancel`)).status).toBe(400)
    const done = await payout('1234567890', 'b')
    await f.sandbox.settleWebhooks()
    await f.control('POST', `/payouts/${done.body.id}`, { status: 'REVERSED' })
    expect((await f.xendit('GET', `/v2/payouts/${done.body.id}`)).body.status).toBe('REVERSED')
    expect((await f.xendit('GET', '/payouts_channels?channel_code=ID_BRI')).list).toHaveLength(1)
  })
})

describe('the book', () => {
  it('agrees with balance and transactions, fees apart', async () => {
    await paid('BCA')
    const dana = await paid('DANA')
    await refund({ invoice_id: dana, amount: 30_000 })
    await payout('1234567890', 'a')
    await payout('123456', 'b')
    await payout('654321', 'c')
    await f.sandbox.settleWebhooks()
    const { body: book } = await f.control('GET', '/book')
    expect(book.balance_idr).toBe(200_000 - 30_000 - 50_000)
    // The fees: 4,000 for the virtual account, 1.5 % of 100,000 for the e-wallet and 2,500 for one payout,
    // each with 11 % VAT.
    const fees = 4_440 + 1_665 + 2_775
    expect(book.fees_idr).toBe(fees)
    expect(book).toMatchObject({ invoices: [{}, {}], refunds: [{}], payouts: [{}, {}, {}] })
    const settled = await f.control('POST', '/settle')
    expect(settled.body).toMatchObject({ spendable_idr: FLOAT_IDR + 120_000 - fees, unsettled_idr: 0 })
    expect((await f.xendit('GET', '/balance')).body.balance).toBe(FLOAT_IDR + 120_000 - fees)

    const seen = []
    for (let after = ''; ; ) {
      const { body } = await f.xendit('GET', `/transactions?limit=2${after}`)
      const data = body.data
      if (!Array.isArray(data)) throw new Error('no data')
      seen.push(...data)
      if (body.has_more !== true) break
      after = `&after_id=${data.at(-1).id}`
    }
    expect(seen.map((it) => [it.type, it.status])).toEqual([
      ['DISBURSEMENT', 'REVERSED'],
      ['DISBURSEMENT', 'FAILED'],
      ['DISBURSEMENT', 'SUCCESS'],
      ['REFUND', 'SUCCESS'],
      ['PAYMENT', 'SUCCESS'],
      ['PAYMENT', 'SUCCESS'],
    ])
    expect(seen.at(-1)).toMatchObject({
      channel_code: 'BCA',
      amount: 100_000,
      net_amount: 95_560,
      cashflow: 'MONEY_IN',
      settlement_status: 'SETTLED',
      fee: { xendit_fee: 4_000, value_added_tax: 440, status: 'COMPLETED' },
    })
    const refunds = await f.xendit(
      'GET',
      '/transactions?types=REFUND&statuses=SUCCESS&created[gte]=2020-01-01',
    )
    expect(refunds.body).toMatchObject({ data: [{ amount: 30_000 }], has_more: false })
    f.clock.aheadMs = 2 * 86_400_000
    const later = await f.xendit('GET', '/transactions?types=PAYMENT&limit=1')
    expect(later.body).toMatchObject({ data: [{ settlement_status: 'SETTLED' }] })
  })
})

describe("Xendit's own SDK", () => {
  const account = () => ({ secretKey: SECRETS.xendit.secretKey, xenditURL: f.sandbox.xenditUrl })

  it('creates, reads, lists and expires invoices', async () => {
    const sdk = new Invoice(account())
    const made = await sdk.createInvoice({
      data: {
        externalId: 'sdk-1',
        amount: 75_000,
        currency: 'IDR',
        items: [{ name: 'Kaos', price: 75_000, quantity: 1 }],
      },
    })
    expect(made).toMatchObject({ externalId: 'sdk-1', status: 'PENDING', amount: 75_000 })
    expect(made.availableBanks.length).toBeGreaterThan(0)
    const id = made.id ?? ''
    expect((await sdk.getInvoiceById({ invoiceId: id })).id).toBe(id)
    expect(await sdk.getInvoices({ externalId: 'sdk-1', statuses: ['PENDING'], limit: 5 })).toHaveLength(1)
    expect((await sdk.expireInvoice({ invoiceId: id })).status).toBe('EXPIRED')
  })

  it('refunds and pays out, and reads refusals as errors', async () => {
    const sdk = new Refund(account())
    const data = {
      paymentRequestId: await requestOf(await paid('SHOPEEPAY')),
      amount: 10_000,
      currency: 'IDR',
      reason: 'CANCELLATION',
    } as const
    const made = await sdk.createRefund({ idempotencyKey: 'sdk', data: { ...data, referenceId: 'r-1' } })
    expect(made).toMatchObject({ amount: 10_000, referenceId: 'r-1', channelCode: 'SHOPEEPAY' })
    await expect(
      sdk.createRefund({ data: { ...data, paymentRequestId: await requestOf(await paid('BNI')) } }),
    ).rejects.toMatchObject({
      status: 403,
      errorCode: 'REFUND_NOT_SUPPORTED',
    })
    const payouts = new Payout(account())
    const sent = await payouts.createPayout({
      idempotencyKey: 'po',
      data: {
        referenceId: 'po-9',
        channelCode: 'ID_DANA',
        channelProperties: { accountNumber: '081234567890', accountHolderName: 'Siti' },
        amount: 20_000,
        currency: 'IDR',
      },
    })
    expect(sent.status).toBe('ACCEPTED')
    await f.sandbox.settleWebhooks()
    expect(await payouts.getPayoutById({ id: sent.id })).toMatchObject({ status: 'SUCCEEDED' })
    expect((await payouts.getPayouts({ referenceId: 'po-9' })).data).toHaveLength(1)
  })
})
