import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ZodError, type ZodType } from 'zod'
import { orderAnswer, ratesAnswer } from '../../src/providers/biteship/answers.ts'
import { parseBiteshipWebhook } from '../../src/providers/biteship/webhook.ts'
import { parseFonnteWebhook } from '../../src/providers/whatsapp/fonnte-webhook.ts'
import { parseWhatsAppWebhook } from '../../src/providers/whatsapp/webhook.ts'
import {
  channelsAnswer,
  invoiceAnswer,
  invoicesAnswer,
  payoutsAnswer,
  refundsAnswer,
} from '../../src/providers/xendit/answers.ts'
import { transactionsAnswer } from '../../src/providers/xendit/transaction-answers.ts'
import { parseXenditWebhook } from '../../src/providers/xendit/webhook.ts'
import { oddOf, providerExamples } from '../odd-json.ts'

const example = (name: string) => providerExamples[name] as Record<string, unknown>
const RUNS = { numRuns: 300 }

const invoice = {
  id: 'inv-1',
  external_id: 'PAY-1',
  status: 'PAID',
  amount: 50_000,
  currency: 'IDR',
  paid_amount: 50_000,
  payment_details: { source: 'GoPay' },
  invoice_url: 'http://pay',
  expiry_date: '2026-11-30T08:15:03.404Z',
}

/** A list, the function that reads it, and the way to tell its items apart. */
const lists: Record<
  string,
  { item: object; page: (items: unknown[]) => unknown; read: ZodType; ids: (answer: never) => string[] }
> = {
  transactions: {
    item: (example('xendit.transactions').data as object[])[0] as object,
    page: (data) => ({ has_more: false, data }),
    read: transactionsAnswer,
    ids: (answer: { transactions: { id: string }[] }) =>
      answer.transactions.map((transaction) => transaction.id),
  },
  refunds: {
    item: (example('xendit.refunds').data as object[])[0] as object,
    page: (data) => ({ has_more: false, data }),
    read: refundsAnswer,
    ids: (answer: { refunds: { id: string }[] }) => answer.refunds.map((refund) => refund.id),
  },
  payouts: {
    item: (example('xendit.payouts').data as object[])[0] as object,
    page: (data) => ({ data }),
    read: payoutsAnswer,
    ids: (answer: { id: string }[]) => answer.map((item) => item.id),
  },
  invoices: {
    item: invoice,
    page: (data) => data,
    read: invoicesAnswer,
    ids: (answer: { id: string; status: string }[]) =>
      answer.flatMap((item) => (item.status === 'PAID' ? [item.id] : [])),
  },
  channels: {
    item: {
      channel_code: 'ID_BCA',
      channel_name: 'BCA',
      channel_category: 'BANK',
      currency: 'IDR',
      amount_limits: { minimum: 10_000, maximum: 250_000_000, minimum_increment: 1 },
    },
    page: (data) => data,
    read: channelsAnswer,
    ids: (answer: { channelCode: string }[]) => answer.map((channel) => channel.channelCode),
  },
  rates: {
    item: (example('biteship.rates').pricing as object[])[0] as object,
    page: (pricing) => ({ success: true, pricing }),
    read: ratesAnswer,
    ids: (answer: { company: string }[]) => answer.map((item) => item.company),
  },
}

describe('an odd item of a list (issue 12, fact 4)', () => {
  it.each(Object.entries(lists))('of %s costs no neighbour', (name, { item, page, read, ids }) => {
    const key = { rates: 'company', channels: 'channel_code' }[name] ?? 'id'
    const [first, last] = [
      { ...item, [key]: 'first' },
      { ...item, [key]: 'last' },
    ]
    fc.assert(
      fc.property(oddOf(item), (odd) => {
        const seen = ids(read.parse(page([first, odd, last])) as never)
        return seen.includes('first') && seen.includes('last')
      }),
      RUNS,
    )
    for (const odd of [null, 'x', 5, [], {}])
      expect(ids(read.parse(page([first, odd, last])) as never)).toEqual(
        expect.arrayContaining(['first', 'last']),
      )
  })

  it.each(['transactions', 'refunds'])('whether %s go on may be written in any way', (name) => {
    const { item, read } = lists[name] as (typeof lists)[string]
    const more = (has_more: unknown, data: unknown[] = [item]) =>
      (read.safeParse({ has_more, data }).data as { hasMore: boolean } | undefined)?.hasMore
    for (const yes of [true, 'true', 1, 'unheard of', {}]) expect(more(yes), String(yes)).toBe(true)
    for (const no of [false, 'false', 0, null, undefined]) expect(more(no), String(no)).toBe(false)
    // An empty page has no next page.
    expect(more('unheard of', [])).toBe(false)
  })

  it('of a page of the book that goes on and names no line is no end of the book', () => {
    expect(transactionsAnswer.safeParse({ has_more: true, data: null }).success).toBe(false)
    expect(transactionsAnswer.safeParse({ has_more: true, data: [{ id: null }] }).success).toBe(false)
  })
})

describe('an odd field of an invoice', () => {
  const { id, status, amount, currency, paid_amount, ...others } = invoice
  it('that laku can do without costs no money that came in', () => {
    fc.assert(
      fc.property(oddOf(others), (odd) => {
        const read = invoiceAnswer.parse({ ...(odd as object), id, status, amount, currency, paid_amount })
        expect(read).toMatchObject({ id, status: 'PAID', amountIdr: 50_000, paidAmountIdr: 50_000 })
      }),
      RUNS,
    )
  })

  it.each([
    { amount: '50000.00' },
    { currency: 'idr' },
    { status: 'paid' },
    { id: 5 },
    { paid_amount: '50000' },
  ])('is read as %j', (other) => {
    const { success } = invoiceAnswer.safeParse({ ...invoice, ...other })
    expect(success).toBe(true)
  })
})

const at = { id: 'd', receivedAt: new Date(0) }

describe('an odd webhook', () => {
  it.each([
    ['xendit.webhook.invoice', parseXenditWebhook, 'id'],
    ['xendit.webhook.payout', parseXenditWebhook, 'id'],
    ['xendit.webhook.payout-v3', parseXenditWebhook, 'id'],
    ['xendit.webhook.refund', parseXenditWebhook, 'id'],
    ['xendit.webhook.dispute', parseXenditWebhook, 'id'],
    ['biteship.webhook', parseBiteshipWebhook, 'orderId'],
  ] as const)('%s is an update of the same thing, or is not followed and told of', (name, parse, key) => {
    const whole = parse(example(name)) as Record<string, unknown>
    let followed = 0
    fc.assert(
      fc.property(oddOf(example(name)), (odd) => {
        const update = parse(odd) as Record<string, unknown> | undefined
        if (update === undefined) return
        if (update[key] === whole[key]) followed += 1
        // If the id itself was changed, the update is about another object, which is read again.
        else expect(typeof update[key]).toBe('string')
      }),
      RUNS,
    )
    expect(followed).toBeGreaterThan(RUNS.numRuns / 3)
  })

  it('of Meta loses no neighbour, and what cannot be read is named', () => {
    const delivery = example('meta.webhook') as {
      entry: { changes: { value: { messages: object[]; statuses: object[] } }[] }[]
    }
    const value = delivery.entry[0]?.changes[0]?.value
    const [message, status] = [value?.messages[0] as object, value?.statuses[0] as object]
    const body = (messages: unknown[], statuses: unknown[]) => ({
      entry: [{ changes: [{ field: 'messages', value: { ...value, messages, statuses } }] }],
    })
    const good = { ...message, id: 'good' }
    const goodStatus = { ...status, id: 'good' }
    fc.assert(
      fc.property(oddOf(message), oddOf(status), (oddMessage, oddStatus) => {
        const update = parseWhatsAppWebhook(
          body([good, oddMessage, good], [goodStatus, oddStatus, goodStatus]),
        )
        expect(update?.messages.filter((message) => message.providerMessageId === 'good')).toHaveLength(2)
        expect(update?.statuses.filter((status) => status.providerMessageId === 'good')).toHaveLength(2)
        if (update?.messages.length === 2) expect(update.unread).toContain('message')
        if (update?.statuses.length === 2) expect(update.unread).toContain('status')
      }),
      RUNS,
    )
  })

  it('of Meta as a whole, and of Fonnte, is read, named or not followed: nothing throws, and nothing is silent', () => {
    fc.assert(
      fc.property(oddOf(example('meta.webhook')), oddOf(example('fonnte.webhook')), (meta, fonnte) => {
        const update = parseWhatsAppWebhook(meta)
        const says = JSON.stringify(meta).includes('"wamid.')
        if (update && says)
          expect([...update.messages, ...update.statuses, ...(update.unread ?? [])]).not.toEqual([])
        parseFonnteWebhook(fonnte, at)
      }),
      RUNS,
    )
    const other = { entry: [{ changes: [{ field: 'account_update', value: { event: 'DISABLED' } }] }] }
    expect(parseWhatsAppWebhook(other)?.unread).toEqual(['account_update'])
    const failed = { entry: [{ changes: [{ field: 'messages', value: { errors: [{ code: 131031 }] } }] }] }
    expect(parseWhatsAppWebhook(failed)?.unread).toEqual(['errors'])
  })

  it('is an order that is read, or is refused as unreadable and asked for again', () => {
    fc.assert(
      fc.property(oddOf(example('biteship.order')), (odd) => {
        const parsed = orderAnswer.safeParse(odd)
        if (!parsed.success) expect(parsed.error).toBeInstanceOf(ZodError)
        else expect(typeof parsed.data.status).toBe('string')
      }),
      RUNS,
    )
  })
})
