import { expect, it } from 'vitest'
import { defaultPolicy } from '../../kernel/index.ts'
import { invoiceRefusal, methodsFor } from './methods.ts'

it.each([
  [5_000_000, undefined],
  [5_000_001, ['ALFAMART', 'INDOMARET']],
  [10_000_001, ['ALFAMART', 'INDOMARET', 'LINKAJA', 'QRIS']],
  [20_000_001, ['ALFAMART', 'DANA', 'INDOMARET', 'LINKAJA', 'OVO', 'QRIS', 'SHOPEEPAY']],
])('an invoice of %i leaves out what cannot take it', (amountIdr, absent) => {
  const methods = methodsFor(amountIdr)
  if (!absent) return expect(methods).toBeUndefined()
  for (const method of absent) expect(methods).not.toContain(method)
  expect(methods).toContain('BCA')
})

it('above 50 million BCA and GoPay take it no more, and other banks do', () => {
  expect(methodsFor(50_000_000)).toEqual(expect.arrayContaining(['BCA', 'GOPAY']))
  expect(methodsFor(50_000_001)).toEqual(expect.arrayContaining(['BNI', 'MANDIRI']))
  expect(methodsFor(50_000_001)).not.toEqual(expect.arrayContaining(['BCA']))
  expect(methodsFor(50_000_001)).not.toEqual(expect.arrayContaining(['GOPAY']))
})

it('an invoice below 10,000 is refused before anything waits for it', () => {
  expect(invoiceRefusal(9_999, defaultPolicy)?.code).toBe('payment.below_invoice_minimum')
  expect(invoiceRefusal(10_000, defaultPolicy)).toBeUndefined()
})
