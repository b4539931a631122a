import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { balanceAnswer, transactionsAnswer } from './transaction-answers.ts'

const line = (id: string, more: object = {}) => ({
  id,
  product_id: 'py-1',
  product_data: { payment_link_id: '64f0c1' },
  type: 'PAYMENT',
  status: 'SUCCESS',
  channel_code: 'QRIS',
  reference_id: 'PAY-1',
  currency: 'IDR',
  amount: 110_000,
  cashflow: 'MONEY_IN',
  fee: { xendit_fee: 770, value_added_tax: 84.7, status: 'COMPLETED' },
  created: '2026-11-24T04:30:00.000Z',
  updated: '2026-11-24T04:30:00.000Z',
  ...more,
})
const read = (...data: unknown[]) => transactionsAnswer.parse({ has_more: false, data })
const only = (more: object) => read(line('txn_1', more)).transactions[0]

describe('fact 2 and 4: a line of the provider’s book', () => {
  it('has the payment as its product, the invoice beside it, and a fee with fractions to the next rupiah', () => {
    expect(only({})).toMatchObject({
      productId: 'py-1',
      paymentLinkId: '64f0c1',
      feeIdr: 855,
      feeStatus: 'COMPLETED',
    })
    expect(only({})?.roundedIdr).toBeCloseTo(0.3)
  })

  test.each([
    ['no reference', { reference_id: null }, { referenceId: null }],
    ['no link', { product_data: { payment_link_id: null } }, { paymentLinkId: null }],
    ['no product', { product_id: null, product_data: null }, { productId: null, paymentLinkId: null }],
    ['no fee', { fee: null }, { feeIdr: 0, feeStatus: 'UNKNOWN' }],
    [
      'a fee of nothing',
      { fee: { xendit_fee: null, value_added_tax: null, status: 'COMPLETED' } },
      { feeStatus: 'UNKNOWN' },
    ],
    [
      'a fee without a status',
      { fee: { xendit_fee: 10, value_added_tax: 1 } },
      { feeIdr: 11, feeStatus: 'COMPLETED' },
    ],
    ['a fee in a state that is new', { fee: { xendit_fee: 10, status: 'WAIVED' } }, { feeStatus: 'UNKNOWN' }],
    ['a state that is new', { status: 'ON_HOLD' }, { status: 'UNKNOWN' }],
    ['an amount as a text', { amount: '110000' }, { amountIdr: 110_000 }],
  ])('with %s is read', (_, more, expected) => expect(only(more)).toMatchObject(expected))

  test.each([
    ['another currency', { currency: 'PHP' }, 'currency'],
    ['no amount', { amount: null }, 'amount'],
    ['no direction', { cashflow: null }, 'cashflow'],
  ])('with %s is set aside by its id', (_, more, field) => {
    expect(read(line('txn_1', more))).toMatchObject({
      transactions: [],
      unread: [{ id: 'txn_1', fields: [field] }],
    })
  })

  it('never loses a neighbour, whatever fields come, go or are null', () => {
    const names = [
      'product_id',
      'product_data',
      'type',
      'status',
      'reference_id',
      'amount',
      'cashflow',
      'fee',
      'created',
      'updated',
      'currency',
      'new_field',
    ]
    const value = fc.oneof(
      fc.constant(null),
      fc.constant(undefined),
      fc.string(),
      fc.double(),
      fc.constantFrom('MONEY_IN', 'SETTLED', 'REVERSED', 'CANCELLED', 'IDR'),
      fc.record({
        status: fc.oneof(fc.string(), fc.constant(null)),
        xendit_fee: fc.oneof(fc.double(), fc.constant(null)),
      }),
    )
    const odd = fc.oneof(
      fc.dictionary(fc.constantFrom(...names), value).map((more) => line('txn_odd', more)),
      fc.anything(),
    )
    fc.assert(
      fc.property(fc.array(odd, { maxLength: 4 }), (some) => {
        const page = read(line('txn_a'), ...some, line('txn_z'))
        const ids = page.transactions.map((transaction) => transaction.id)
        expect([ids[0], ids.at(-1), page.lastId]).toEqual(['txn_a', 'txn_z', 'txn_z'])
        expect(page.transactions.length + (page.unread?.length ?? 0)).toBe(some.length + 2)
        for (const { amountIdr, feeIdr } of page.transactions)
          expect([amountIdr, feeIdr].every(Number.isSafeInteger)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('fact 4: a balance may have a fraction', () =>
    expect(balanceAnswer.parse({ balance: 1_000.6 })).toBe(1_001))
})
