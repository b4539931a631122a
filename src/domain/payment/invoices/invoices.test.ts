import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { system } from '../../../../test/laku.ts'
import { openPaymentFixture, type PaymentFixture, shortTimeoutGateway } from '../../../../test/payments.ts'
import { secondsAfter } from '../../kernel/index.ts'
import { escrow } from '../../ledger/index.ts'
import type { PaymentGateway } from '../gateway.ts'
import { cancelPayments, confirmInvoices, expectPayment, openInvoice, sweepPayments } from '../index.ts'

describe('invoices', () => {
  let f: PaymentFixture
  let gateway: PaymentGateway
  beforeAll(async () => {
    f = await openPaymentFixture()
  })
  beforeEach(() => {
    gateway = shortTimeoutGateway(f.laku)
  })
  afterEach(() => f.faults())
  afterAll(async () => {
    expect(await f.broken()).toEqual([])
    await f.laku.close()
  })

  const context = () => ({
    unitOfWork: f.laku.unitOfWork,
    actor: system,
    gateway,
    publicUrl: 'http://laku.test',
  })
  const open = (code: string) => openInvoice(context(), code)
  const sweep = () => sweepPayments(context())
  const made = async (code: string) =>
    (await f.book()).invoices.filter((invoice) => invoice.external_id === code)
  const opened = async () => {
    const payment = await f.payment()
    await open(payment.code)
    const [invoice] = await made(payment.code)
    return { payment, invoiceId: invoice?.id as string }
  }
  const statusOf = async (id: string) => (await f.row(id)).status

  describe('opening the link', () => {
    it('makes the invoice, once, for no longer than the hold has left', async () => {
      const payment = await f.payment()
      f.laku.clock.shift(600)
      const first = await open(payment.code)
      expect(first).toMatchObject({ state: 'redirect', url: expect.stringContaining('/xendit/pay/') })
      expect(await open(payment.code)).toEqual(first)
      const [invoice, ...more] = await gateway.findInvoices(payment.code)
      expect(more).toEqual([])
      expect(invoice?.amountIdr).toBe(110_000)
      // The sandbox's clock is the real one, so only the invoice's lifetime can be compared.
      const livesS = ((invoice?.expiresAt?.getTime() ?? 0) - Date.now()) / 1000
      expect(livesS).toBeGreaterThan(2_900)
      expect(livesS).toBeLessThanOrEqual(3_000)
    })

    it('makes one invoice for many who open it at the same moment', async () => {
      const payment = await f.payment()
      await f.faults({ provider: 'xendit', operation: 'createInvoice', kind: 'slow', delay_ms: 250 })
      const all = await Promise.all(Array.from({ length: 8 }, () => open(payment.code)))
      expect(new Set(all.map((openedInvoice) => JSON.stringify(openedInvoice))).size).toBe(1)
      expect(await made(payment.code)).toHaveLength(1)
    })

    it('finds the invoice whose answer was lost', async () => {
      const payment = await f.payment()
      await f.faults({
        provider: 'xendit',
        operation: 'createInvoice',
        kind: 'commit_then_timeout',
        times: 1,
      })
      expect(await open(payment.code)).toMatchObject({ state: 'redirect' })
      expect(await made(payment.code)).toHaveLength(1)
    })

    it('finds it later, when looking failed as well, and makes no second one', async () => {
      const payment = await f.payment()
      await f.faults(
        { provider: 'xendit', operation: 'createInvoice', kind: 'commit_then_timeout', times: 1 },
        { provider: 'xendit', operation: 'listInvoices', kind: 'error', times: 2 },
      )
      await expect(open(payment.code)).rejects.toMatchObject({ outcome: 'unknown' })
      expect(await open(payment.code)).toMatchObject({ state: 'redirect' })
      expect(await made(payment.code)).toHaveLength(1)
    })

    it('tries again after a timeout that made nothing, and after the provider was down', async () => {
      const payment = await f.payment()
      await f.faults({ provider: 'xendit', operation: 'createInvoice', kind: 'timeout', times: 1 })
      await expect(open(payment.code)).rejects.toMatchObject({ outcome: 'unknown' })
      expect(await open(payment.code)).toMatchObject({ state: 'redirect' })
      expect(await made(payment.code)).toHaveLength(1)
    })

    it('tells a person when the provider refuses, and may be tried again', async () => {
      const payment = await f.payment()
      await f.faults({ provider: 'xendit', operation: 'createInvoice', kind: 'refuse', times: 1 })
      await expect(open(payment.code)).rejects.toMatchObject({ code: 'payment.invoice_refused' })
      expect(await f.attention()).toContain(`invoice_refused ${payment.id}`)
      expect(await open(payment.code)).toMatchObject({ state: 'redirect' })
    })

    it('makes none for what is over, paid or unknown', async () => {
      const payment = await f.payment()
      f.laku.clock.shift(3_600)
      expect(await open(payment.code)).toEqual({ state: 'expired' })
      await sweep()
      expect(await open(payment.code)).toEqual({ state: 'expired' })
      await expect(open('PAY-261124-NOTHING')).rejects.toMatchObject({ code: 'payment.not_found' })
      expect(await made(payment.code)).toEqual([])
      const buyer = await f.buyer()
      await f.fillWallet(buyer.userId, 110_000)
      expect(await open((await f.payment('wallet', buyer)).code)).toEqual({ state: 'paid' })
    })

    it('waits while staff have paused the provider', async () => {
      const payment = await f.payment()
      const pause = (paused: boolean) =>
        f.laku.db.updateTable('switches').set({ paused }).where('name', '=', 'xendit').execute()
      await pause(true)
      await expect(open(payment.code)).rejects.toMatchObject({ code: 'kernel.paused' })
      await pause(false)
      expect(await open(payment.code)).toMatchObject({ state: 'redirect' })
    })
  })

  describe('the sweep', () => {
    it('ends what was never opened without asking anybody', async () => {
      const payment = await f.payment()
      f.laku.clock.shift(3_599)
      await sweep()
      expect(await statusOf(payment.id)).toBe('pending')
      f.laku.clock.shift(1)
      await f.faults({ provider: 'xendit', kind: 'error' })
      await sweep()
      expect(await statusOf(payment.id)).toBe('expired')
      expect(await f.events('payment.expired', payment.id)).toBe(1)
    })

    it('closes what is still open at the provider, and only then ends it here', async () => {
      const { payment, invoiceId } = await opened()
      f.laku.clock.shift(3_601)
      await sweep()
      expect(await statusOf(payment.id)).toBe('expired')
      await expect(f.pay(invoiceId)).rejects.toThrow('INVOICE_EXPIRED')
    })

    it('asks nothing while staff have paused the provider, and ends nothing that it would have to ask for', async () => {
      const pause = (paused: boolean) =>
        f.laku.db.updateTable('switches').set({ paused }).where('name', '=', 'xendit').execute()
      const [{ payment }, unopened] = [await opened(), await f.payment()]
      await pause(true)
      f.laku.clock.shift(3_601)
      await sweep()
      expect([await statusOf(payment.id), await statusOf(unopened.id)]).toEqual(['pending', 'expired'])
      await pause(false)
      f.laku.clock.shift(61)
      await sweep()
      expect(await statusOf(payment.id)).toBe('expired')
    })

    it('finds a payment whose webhook was lost, before its time and at its end', async () => {
      const [early, last] = [await opened(), await opened()]
      await f.pay(early.invoiceId)
      f.laku.clock.shift(181)
      await sweep()
      expect(await statusOf(early.payment.id)).toBe('paid')
      expect(await statusOf(last.payment.id)).toBe('pending')
      await f.pay(last.invoiceId)
      f.laku.clock.shift(3_600)
      await sweep()
      expect(await statusOf(last.payment.id)).toBe('paid')
    })

    it('looks after half a minute, and less and less often while an invoice stays open', async () => {
      const { payment } = await opened()
      const begun = f.laku.clock.now().getTime()
      const looksAt: number[] = []
      for (let next = (await f.row(payment.id)).nextCheckAt; next < payment.expiresAt; ) {
        const leftS = (next.getTime() - f.laku.clock.now().getTime()) / 1000
        f.laku.clock.shift(leftS - 1)
        await sweep()
        expect((await f.row(payment.id)).nextCheckAt).toEqual(next)
        f.laku.clock.shift(1)
        await sweep()
        looksAt.push((f.laku.clock.now().getTime() - begun) / 1000)
        next = (await f.row(payment.id)).nextCheckAt
      }
      expect(looksAt).toEqual([30, 60, 120, 240, 480, 960, 1920])
    })

    it('looks at once, once, after a buyer who came back from the provider', async () => {
      const [here, there] = [await opened(), await opened()]
      const back = () => f.laku.system((work) => expectPayment(work, here.payment.code))
      await f.pay(here.invoiceId)
      await f.pay(there.invoiceId)
      f.laku.clock.shift(15)
      await back()
      f.laku.clock.shift(5)
      await sweep()
      expect([await statusOf(here.payment.id), await statusOf(there.payment.id)]).toEqual(['paid', 'pending'])
    })

    it('is not made to look more often by one who comes back again and again', async () => {
      const { payment } = await opened()
      const back = () => f.laku.system((work) => expectPayment(work, payment.code))
      await back()
      f.laku.clock.shift(5)
      await sweep()
      const { nextCheckAt } = await f.row(payment.id)
      expect(nextCheckAt).toEqual(secondsAfter(f.laku.clock.now(), 30))
      await back()
      expect((await f.row(payment.id)).nextCheckAt).toEqual(nextCheckAt)
    })

    it('looks at many by a page: what is on it is paid, the rest stays open', async () => {
      const calls: string[] = []
      const counted: PaymentGateway = {
        ...gateway,
        getInvoice: (id) => {
          calls.push('get')
          return gateway.getInvoice(id)
        },
        listInvoices: (query) => {
          calls.push('list')
          return gateway.listInvoices(query)
        },
      }
      const many: Awaited<ReturnType<typeof opened>>[] = []
      for (let i = 0; i < 12; i++) many.push(await opened())
      const [paid, unpaid] = [many.slice(0, 2), many.slice(2)]
      for (const { invoiceId } of paid) await f.pay(invoiceId)
      const states = (some: typeof many) => Promise.all(some.map(({ payment }) => statusOf(payment.id)))
      f.laku.clock.shift(31)
      await f.faults({ provider: 'xendit', kind: 'error' })
      await sweep()
      expect([await states(paid), await states(unpaid)]).toEqual([
        Array(2).fill('pending'),
        Array(10).fill('pending'),
      ])
      await f.faults()
      calls.length = 0
      f.laku.clock.shift(31)
      await sweepPayments({ ...context(), gateway: counted })
      expect(calls).toEqual(['list'])
      expect([await states(paid), await states(unpaid)]).toEqual([
        Array(2).fill('paid'),
        Array(10).fill('pending'),
      ])
      for (const { payment } of unpaid)
        expect((await f.row(payment.id)).nextCheckAt > f.laku.clock.now()).toBe(true)
    })

    it('never guesses: while the provider is down the payment waits, then a person is told, then it ends', async () => {
      const { payment } = await opened()
      f.laku.clock.shift(3_601)
      await f.faults({ provider: 'xendit', kind: 'error' })
      for (let minute = 0; minute < 60; minute++) {
        await sweep()
        f.laku.clock.shift(60)
      }
      expect(await statusOf(payment.id)).toBe('pending')
      expect(await f.attention()).toContain(`payment_unresolved ${payment.id}`)
      await f.faults()
      f.laku.clock.shift(3_600)
      await sweep()
      expect(await statusOf(payment.id)).toBe('expired')
    })

    it('resolves an invoice whose making was never answered', async () => {
      const payment = await f.payment()
      await f.faults(
        { provider: 'xendit', operation: 'createInvoice', kind: 'commit_then_timeout', times: 1 },
        { provider: 'xendit', operation: 'listInvoices', kind: 'error', times: 2 },
      )
      await expect(open(payment.code)).rejects.toMatchObject({ outcome: 'unknown' })
      const [invoice] = await made(payment.code)
      await f.pay(invoice?.id as string)
      f.laku.clock.shift(3_700)
      await sweep()
      expect(await f.row(payment.id)).toMatchObject({ status: 'paid', providerInvoiceId: invoice?.id })
    })
  })

  describe('withdrawing', () => {
    it('ends at once what was never opened, and closes at the provider what was', async () => {
      const unopened = await f.payment()
      const { payment, invoiceId } = await opened()
      expect(await cancelPayments(context(), [unopened.id, payment.id])).toEqual([])
      expect([await statusOf(unopened.id), await statusOf(payment.id)]).toEqual(['expired', 'expired'])
      await expect(f.pay(invoiceId)).rejects.toThrow('INVOICE_EXPIRED')
    })

    it('books what was paid in that very moment', async () => {
      const { payment, invoiceId } = await opened()
      await f.pay(invoiceId)
      expect(await cancelPayments(context(), [payment.id])).toEqual([])
      expect(await statusOf(payment.id)).toBe('paid')
    })

    it('fails while the provider is down, so that its job comes again', async () => {
      const { payment } = await opened()
      await f.faults({ provider: 'xendit', kind: 'error' })
      expect(await cancelPayments(context(), [payment.id])).toMatchObject([{ paymentId: payment.id }])
      await f.faults()
      expect(await cancelPayments(context(), [payment.id])).toEqual([])
      expect(await statusOf(payment.id)).toBe('expired')
    })
  })

  describe('what the provider says', () => {
    const follow = async (...ids: string[]) => {
      const invoices = await Promise.all(ids.map((id) => gateway.getInvoice(id)))
      return f.laku.system((work) => confirmInvoices(work, invoices))
    }

    it('is booked when PAID follows EXPIRED', async () => {
      const { payment, invoiceId } = await opened()
      await gateway.expireInvoice(invoiceId)
      expect(await follow(invoiceId)).toMatchObject({ expired: [payment.id] })
      await f.pay(invoiceId, { late: true })
      const before = await f.balance(escrow(f.sessionId))
      expect(await follow(invoiceId)).toMatchObject({ outcomes: [{ outcome: 'late' }], expired: [] })
      expect(await f.balance(escrow(f.sessionId))).toBe(before + 110_000)
    })

    it('about a paid invoice that is none of ours puts the money aside and tells a person, once', async () => {
      const foreign = await gateway.createInvoice({
        externalId: 'somebody-else',
        amountIdr: 70_000,
        expiresInS: 600,
        description: 'x',
        payer: {},
      })
      expect(await follow(foreign.id)).toMatchObject({ outcomes: [], expired: [] })
      await f.pay(foreign.id)
      const before = await f.balance('quarantine')
      await follow(foreign.id)
      await follow(foreign.id)
      expect(await f.balance('quarantine')).toBe(before + 70_000)
      expect(await f.attention()).toContain(`payment_unknown ${foreign.id}`)
    })

    it('about the second invoice of a payment is what its refund will name, where that one was paid', async () => {
      const { payment, invoiceId } = await opened()
      const twin = await gateway.createInvoice({
        externalId: payment.code,
        amountIdr: 110_000,
        expiresInS: 600,
        description: 'x',
        payer: {},
      })
      expect((await f.row(payment.id)).providerInvoiceId).toBe(invoiceId)
      await f.pay(twin.id)
      await follow(twin.id)
      expect(await f.row(payment.id)).toMatchObject({ status: 'paid', providerInvoiceId: twin.id })
      // The end of the other invoice does not end this payment.
      await gateway.expireInvoice(invoiceId)
      expect(await follow(invoiceId)).toMatchObject({ expired: [] })
    })

    it('about two paid invoices of one payment counts the one it knows', async () => {
      const { payment, invoiceId } = await opened()
      const twin = await gateway.createInvoice({
        externalId: payment.code,
        amountIdr: 110_000,
        expiresInS: 600,
        description: 'x',
        payer: {},
      })
      await f.pay(twin.id)
      await f.pay(invoiceId)
      const before = await f.balance('quarantine')
      const { outcomes } = await follow(twin.id, invoiceId)
      expect(outcomes.map((outcome) => outcome.outcome)).toEqual(['paid', 'twice'])
      expect((await f.row(payment.id)).providerInvoiceId).toBe(invoiceId)
      expect(await f.balance('quarantine')).toBe(before + 110_000)
    })
  })
})
