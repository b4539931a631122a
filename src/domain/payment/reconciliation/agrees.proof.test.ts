import { afterAll, beforeAll, expect, it } from 'vitest'
import { sandboxControl, withoutFloat } from '../../../../test/control.ts'
import { system } from '../../../../test/laku.ts'
import { openPaymentFixture, type PaymentFixture, shortTimeoutGateway } from '../../../../test/payments.ts'
import { newId } from '../../kernel/index.ts'
import { confirmPayments, readProviderBook, reconcileGateway, runReconciliation } from '../index.ts'

const LINES = Number(process.env.LAKU_BOOK_LINES ?? 5_000)
const AT_ONCE = 50

let f: PaymentFixture
beforeAll(async () => {
  f = await openPaymentFixture()
})
afterAll(() => f.laku.close())

it(`agrees with ours over ${LINES} lines in the documented form, with fractions of a rupiah in every fee`, async () => {
  const control = sandboxControl(f.laku)
  await control('PUT', '/profile', { 'xendit.fees': 'fractional' })
  const made = []
  for (let i = 0; i < LINES; i++)
    made.push({ payment: await f.payment(), invoiceId: newId(), productId: `py-${newId()}` })
  for (let i = 0; i < made.length; i += AT_ONCE) {
    const some = made.slice(i, i + AT_ONCE)
    await f.laku.system((work) =>
      confirmPayments(
        work,
        some.map(({ payment, invoiceId }) => ({
          paymentId: payment.id,
          paidAmountIdr: 110_000,
          paidAt: work.now,
          channel: 'QRIS',
          invoiceId,
        })),
      ),
    )
    const lines = some.map(({ payment, invoiceId, productId }, n) => ({
      type: 'PAYMENT',
      amount: 110_000,
      fee: 770 + n,
      product_id: productId,
      payment_link_id: invoiceId,
      reference_id: payment.code,
    }))
    await Promise.all(lines.map((line) => control('POST', '/transactions', line)))
  }
  const context = { unitOfWork: f.laku.unitOfWork, actor: system, gateway: shortTimeoutGateway(f.laku) }
  let read = 0
  for (;;) {
    const { transactions, complete } = await readProviderBook(context)
    read += transactions
    if (complete) break
  }
  expect(read).toBe(LINES)
  f.laku.clock.shift(3_600)
  await withoutFloat(f.laku)
  const { ok, transactions, comparedIdr, roundedIdr, gatewayIdr, providerIdr } = await reconcileGateway(
    context,
    {},
  )
  expect({ ok, transactions, comparedIdr }).toEqual({
    ok: true,
    transactions: LINES,
    comparedIdr: gatewayIdr,
  })
  expect(Math.abs(gatewayIdr + roundedIdr - providerIdr)).toBeLessThan(1)
  const run = await runReconciliation(context, { pauseMs: 0 })
  expect(run?.differences).toEqual([])
  expect(run?.provenThrough).toEqual(run?.until)
}, 600_000)
