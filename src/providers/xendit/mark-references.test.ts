import { afterAll, beforeAll, expect, it } from 'vitest'
import { system } from '../../../test/laku.ts'
import { openPaymentFixture, type PaymentFixture } from '../../../test/payments.ts'
import { originOf, readInstallationId } from '../../domain/kernel/index.ts'
import {
  confirmInvoices,
  decideRefunds,
  openInvoice,
  readProviderBook,
  submitRefunds,
} from '../../domain/payment/index.ts'
import { prefixReferences } from './mark-references.ts'

let f: PaymentFixture
beforeAll(async () => {
  f = await openPaymentFixture()
})
afterAll(() => f.laku.close())

it('an invoice and its refund are named after their installation at the provider, and by their codes here', async () => {
  const bare = f.laku.providers.gateway
  const own = await f.laku.system(({ tx }) => readInstallationId(tx))
  const marked = prefixReferences(bare, async () => own)
  const of = (gateway = marked) => ({
    unitOfWork: f.laku.unitOfWork,
    actor: system,
    gateway,
    publicUrl: 'http://laku.test',
  })
  const pay = async (code: string, gateway = marked) => {
    await openInvoice(of(gateway), code)
    const [invoice] = await marked.findInvoices(code)
    await f.pay(invoice?.id as string, { channel: 'DANA' })
    const read = await marked.getInvoice(invoice?.id as string)
    expect(read.externalId).toBe(code)
    await f.laku.system((work) => confirmInvoices(work, [read]))
    return (await bare.getInvoice(invoice?.id as string)).externalId
  }
  const payment = await f.payment()
  const name = await pay(payment.code)
  expect(originOf(name, own)).toBe('ours')
  // An object from the time before laku marked references is found by its code.
  const old = await f.payment()
  expect(await pay(old.code, bare)).toBe(old.code)

  const key = `test:${payment.id}`
  await f.laku.system((work) =>
    decideRefunds(work, [{ key, paymentId: payment.id, amountIdr: 10_000, reason: 'buyer_left' }]),
  )
  const refund = await f.laku.db
    .selectFrom('refunds')
    .select(['id', 'code'])
    .where('key', '=', key)
    .executeTakeFirstOrThrow()
  await submitRefunds(of(), [refund.id])
  const { providerInvoiceId: invoiceId } = await f.row(payment.id)
  const ids = { invoiceId: invoiceId as string, paymentId: null, paymentRequestId: null }
  expect((await bare.findRefunds(ids)).refunds.map((refund) => refund.referenceId)).toEqual([
    `${own}-${refund.code}-1`,
  ])
  expect((await marked.findRefunds(ids)).refunds.map((refund) => refund.referenceId)).toEqual([
    `${refund.code}-1`,
  ])
  const { transactions } = await marked.listTransactions({ referenceId: `${refund.code}-1`, limit: 5 })
  expect(transactions.map((transaction) => transaction.referenceId)).toEqual([`${refund.code}-1`])
  expect(await readProviderBook(of())).toMatchObject({ suspended: 0, asked: 0 })

  // An object of another installation belongs to nobody here.
  const other = prefixReferences(bare, async () => 'FFFFFF')
  expect((await other.getInvoice(invoiceId as string)).externalId).toBe(name)
})
