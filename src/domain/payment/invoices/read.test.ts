import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { system } from '../../../../test/laku.ts'
import { openPaymentFixture, shortTimeoutGateway } from '../../../../test/payments.ts'
import { newId } from '../../kernel/index.ts'
import { receiveWebhook } from '../../webhooks/index.ts'
import type { PaymentGateway } from '../gateway.ts'
import { openInvoice, type Payment, processNotices } from '../index.ts'

type Fixture = Awaited<ReturnType<typeof openPaymentFixture>>
const COUNT = 30

describe('a rush of payments', () => {
  let f: Fixture
  let gateway: PaymentGateway
  let calls: string[] = []

  beforeAll(async () => {
    f = await openPaymentFixture()
    const real = shortTimeoutGateway(f.laku)
    gateway = {
      ...real,
      getInvoice: (id) => {
        calls.push('get')
        return real.getInvoice(id)
      },
      listInvoices: (query) => {
        calls.push('list')
        return real.listInvoices(query)
      },
    }
  })
  afterEach(async () => {
    calls = []
    await f.faults()
    expect(await f.broken()).toEqual([])
  })
  afterAll(() => f.laku.close())

  const context = () => ({
    unitOfWork: f.laku.unitOfWork,
    actor: system,
    gateway,
    publicUrl: 'http://laku.test',
  })

  /** Makes payments whose invoices are paid at the provider; returns them with the invoices' ids. */
  async function paidThere(count: number): Promise<{ payment: Payment; invoiceId: string }[]> {
    const made: { payment: Payment; invoiceId: string }[] = []
    for (let i = 0; i < count; i++) {
      const payment = await f.payment()
      await openInvoice(context(), payment.code)
      const { providerInvoiceId } = await f.row(payment.id)
      made.push({ payment, invoiceId: providerInvoiceId as string })
    }
    for (const { invoiceId } of made) await f.pay(invoiceId)
    return made
  }

  async function deliver(invoiceIds: readonly string[]): Promise<void> {
    const notices = await Promise.all(
      invoiceIds.map(async (id) => {
        const webhook = { provider: 'xendit', dedupeKey: newId(), headers: {}, body: '{}' } as const
        const inboxId = await f.laku.system((work) => receiveWebhook(work, webhook))
        // The sandbox uses the machine's clock, but this laku's clock stands still.
        return { inboxId, kind: 'invoice' as const, id, receivedAt: new Date() }
      }),
    )
    await processNotices(context(), notices)
  }
  const statuses = async (payments: readonly { payment: Payment }[]) =>
    new Set(await Promise.all(payments.map(async ({ payment }) => (await f.row(payment.id)).status)))

  it('is confirmed by a page, not by a call each, and brings the rest of the page along', async () => {
    const rush = await paidThere(COUNT)
    const [first, second] = [rush.slice(0, 20), rush.slice(20)]
    await deliver(first.map((item) => item.invoiceId))
    expect(calls).toEqual(['list'])
    expect(await statuses(rush)).toEqual(new Set(['paid']))
    // The webhooks about these payments cause no further call and change nothing.
    calls = []
    await deliver(second.map((item) => item.invoiceId))
    expect(calls).toEqual([])
    for (const { payment } of rush) expect(await f.events('payment.paid', payment.id)).toBe(1)
  })

  it('reads alone what no page shows, and everything where pages fail', async () => {
    const few = await paidThere(3)
    await deliver(few.map((item) => item.invoiceId))
    expect(calls).toEqual(['get', 'get', 'get'])
    calls = []
    const many = await paidThere(12)
    await f.faults({ provider: 'xendit', operation: 'listInvoices', kind: 'error' })
    await deliver(many.map((item) => item.invoiceId))
    expect(calls.filter((call) => call === 'get')).toHaveLength(12)
    expect(await statuses([...few, ...many])).toEqual(new Set(['paid']))
  })

  it('takes nothing from a page that laku does not wait for', async () => {
    const rush = await paidThere(11)
    const stranger = await paidThere(1)
    await f.laku.db
      .updateTable('payments')
      .set({ status: 'failed' })
      .where('id', '=', stranger[0]!.payment.id)
      .execute()
    await deliver(rush.map((item) => item.invoiceId))
    expect((await f.row(stranger[0]!.payment.id)).status).toBe('failed')
    expect(await f.attention()).toEqual([])
  })
})
