import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { withoutFloat } from '../../../../test/control.ts'
import { system } from '../../../../test/laku.ts'
import { openPaymentFixture, type PaymentFixture, shortTimeoutGateway } from '../../../../test/payments.ts'
import { refusal } from '../../../../test/storefront.ts'
import { finance } from '../../../../test/wallets.ts'
import { ProviderFailure, secondsAfter } from '../../kernel/index.ts'
import { credit, debit, post } from '../../ledger/index.ts'
import type { PaymentGateway } from '../gateway.ts'
import {
  bookReadingGoesOn,
  confirmInvoices,
  decideRefunds,
  openInvoice,
  readProviderBook,
  reconcileGateway,
  recordChargeback,
  sweepRefunds,
} from '../index.ts'
import type { GatewayTransaction } from './gateway-transactions.ts'

describe("the provider's book", () => {
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

  const context = (over: Partial<PaymentGateway> = {}) => ({
    unitOfWork: f.laku.unitOfWork,
    actor: system,
    gateway: { ...gateway, ...over },
    publicUrl: 'http://laku.test',
  })
  const paidAtProvider = async (channel: string) => {
    const payment = await f.payment()
    await openInvoice(context(), payment.code)
    const [invoice] = await gateway.findInvoices(payment.code)
    await f.pay(invoice?.id as string, { channel })
    return { payment, invoiceId: invoice?.id as string }
  }
  const paid = async (channel = 'DANA') => {
    const made = await paidAtProvider(channel)
    const read = await gateway.getInvoice(made.invoiceId)
    await f.laku.system((work) => confirmInvoices(work, [read]))
    return made
  }
  const book = () => readProviderBook(context())
  const pass = async (seconds: number) => {
    f.laku.clock.shift(seconds)
    await f.age(seconds)
  }
  const reconcile = (over: Partial<PaymentGateway> = {}) => reconcileGateway(context(over), {})
  const lineOf = (more: Partial<GatewayTransaction>): GatewayTransaction => ({
    id: `txn_${Math.random()}`,
    type: 'WITHDRAWAL',
    status: 'SUCCESS',
    productId: `prod_${Math.random()}`,
    paymentLinkId: null,
    roundedIdr: 0,
    referenceId: 'r',
    channel: null,
    amountIdr: 50_000,
    moneyIn: false,
    feeIdr: 0,
    feeStatus: 'NOT_APPLICABLE',
    createdAt: new Date(),
    updatedAt: new Date(),
    ...more,
  })
  const withLine = (line: GatewayTransaction) => ({
    listTransactions: async () => ({ transactions: [line], hasMore: false }),
  })

  it.each([
    ['BCA', 4_000],
    ['ALFAMART', 5_000],
    ['CREDIT_CARD', 5_190],
    ['DANA', 1_650],
    ['QRIS', 770],
  ])('has the fee of %s, and 11 %% VAT on it, booked once', async (channel, feeIdr) => {
    await book()
    await paid(channel)
    const before = { gateway: await f.balance('gateway'), fees: await f.balance('gateway-fees') }
    const withVat = feeIdr + Math.round(feeIdr * 0.11)
    expect(await book()).toMatchObject({ fees: 1, feesIdr: withVat, complete: true })
    expect(await book()).toMatchObject({ fees: 0 })
    expect(await f.balance('gateway-fees')).toBe(before.fees + withVat)
    expect(await f.balance('gateway')).toBe(before.gateway - withVat)
  })

  it('is read page by page, each with the mark that it was read, and goes on after a failure', async () => {
    await book()
    for (let i = 0; i < 6; i++) await paid()
    let calls = 0
    const small: PaymentGateway['listTransactions'] = async (query) => {
      if (++calls === 2) throw new Error('the process died')
      return await gateway.listTransactions({ ...query, limit: 2 })
    }
    const run = () => readProviderBook(context({ listTransactions: small }))
    await expect(run()).rejects.toThrow('died')
    const after = await run()
    expect(after).toMatchObject({ complete: true })
    expect((await reconcile()).differences).toEqual([])
  })

  it('is read anew where the database server was started in the middle: the newest lines are not in that reading', async () => {
    await book()
    for (let i = 0; i < 3; i++) await paid()
    let calls = 0
    const dying: PaymentGateway['listTransactions'] = async (query) => {
      if (++calls === 2) throw new Error('the process died')
      return await gateway.listTransactions({ ...query, limit: 1 })
    }
    await expect(readProviderBook(context({ listTransactions: dying }))).rejects.toThrow('died')
    // A restored copy runs on a new database server, so the reading began on another one.
    await sql`update provider_book_reads set began_on = null, server_start = null`.execute(f.laku.db)
    await paid()
    expect(await book()).toMatchObject({ fees: 3, complete: true })
    expect((await reconcile()).differences).toEqual([])
  })

  it('goes on ten seconds after a run that did not reach its end, and not once it has', async () => {
    await book()
    for (let i = 0; i < 2; i++) await paid()
    const goesOn = async () => {
      const { rows } = await sql<{
        is: boolean
      }>`select ${bookReadingGoesOn(f.laku.clock.now())} as is`.execute(f.laku.db)
      return rows[0]?.is
    }
    let calls = 0
    const dying: PaymentGateway['listTransactions'] = async (query) => {
      if (++calls === 2) throw new Error('the process died')
      return await gateway.listTransactions({ ...query, limit: 1 })
    }
    await expect(readProviderBook(context({ listTransactions: dying }))).rejects.toThrow('died')
    expect(await goesOn()).toBe(false)
    f.laku.clock.shift(11)
    expect(await goesOn()).toBe(true)
    await book()
    expect(await goesOn()).toBe(false)
  })

  it('is read by two processes at once without booking twice', async () => {
    await paid()
    await paid()
    await Promise.all([book(), book(), book()])
    await book()
    expect((await reconcile()).differences).toEqual([])
  })

  it('has a line that the list shows only after newer lines were read, up to policy.providerListLagMinutes later', async () => {
    const { payment } = await paid()
    const refund = { key: 'late', paymentId: payment.id, amountIdr: 30_000, reason: 'buyer_left' }
    await f.refundOutcome('PENDING')
    await f.laku.system((work) => decideRefunds(work, [refund]))
    await pass(901)
    await sweepRefunds(context())
    await pass(801)
    const later = await f.payment()
    await openInvoice(context(), later.code)
    const [invoice] = await gateway.findInvoices(later.code)
    await book()
    await f.lists(800)
    await f.pay(invoice?.id as string, { channel: 'DANA' })
    const read = await gateway.getInvoice(invoice?.id as string)
    await f.laku.system((work) => confirmInvoices(work, [read]))
    // The line of the refund is old, so the list shows it, and its change is newer than the hidden payment.
    await pass(400)
    const [refunded] = (await f.book()).refunds.slice(-1)
    await f.force(refunded?.id as string, { status: 'SUCCEEDED' })
    expect(await book()).toMatchObject({ fees: 0, complete: true })
    await pass(401)
    expect(await book()).toMatchObject({ fees: 1, complete: true })
    await f.lists(0)
    await f.refundOutcome('SUCCEEDED')
    await sweepRefunds(context())
    expect((await reconcile()).differences).toEqual([])
  })

  it('gives a fee back that was booked, and none that was not', async () => {
    const fee = lineOf({ type: 'DISBURSEMENT', feeIdr: 2_775, feeStatus: 'COMPLETED' })
    const before = await f.balance('gateway-fees')
    const returned = { ...fee, status: 'REVERSED', feeStatus: 'REVERSED' } as const
    await readProviderBook(context(withLine(returned)))
    expect(await f.balance('gateway-fees')).toBe(before)
    await readProviderBook(context(withLine(fee)))
    expect(await f.balance('gateway-fees')).toBe(before + 2_775)
    for (let i = 0; i < 2; i++) await readProviderBook(context(withLine(returned)))
    expect(await f.balance('gateway-fees')).toBe(before)
  })

  it('has a line that is late by an hour, if the policy says an hour, and reads each line four times at most', async () => {
    await book()
    const { policy } = f.laku.unitOfWork
    const { providerListLagMinutes } = policy
    Object.assign(policy, { providerListLagMinutes: 60 })
    try {
      const begun = f.laku.clock.now()
      const at = (seconds: number) => secondsAfter(begun, seconds)
      const late = lineOf({ status: 'FAILED', feeIdr: 2_775, feeStatus: 'COMPLETED' })
      const lines = [{ line: { ...late, createdAt: at(0), updatedAt: at(0) }, shownAt: at(3_590) }]
      let [spanS, fees] = [0, 0]
      const listTransactions: PaymentGateway['listTransactions'] = async ({ updatedFrom = begun }) => {
        const now = f.laku.clock.now()
        spanS += (now.getTime() - Math.max(updatedFrom.getTime(), begun.getTime())) / 1000
        const shown = lines.filter(({ line, shownAt }) => line.updatedAt >= updatedFrom && shownAt <= now)
        return { transactions: shown.map(({ line }) => line).reverse(), hasMore: false }
      }
      for (let runs = 0; runs < 12; runs++) {
        await pass(600)
        const now = f.laku.clock.now()
        lines.push({
          line: lineOf({ status: 'PENDING', createdAt: now, updatedAt: now }),
          shownAt: now,
        })
        fees += (await readProviderBook(context({ listTransactions }))).fees
        if (runs === 5 + 2) expect(fees).toBe(1)
      }
      expect(spanS / (12 * 600)).toBeLessThan(4)
    } finally {
      Object.assign(policy, { providerListLagMinutes })
    }
  })

  it('is read with its overlap after a line from the future, after our clock was put back, and where the policy has no lag', async () => {
    await book()
    const { policy, clock } = { policy: f.laku.unitOfWork.policy, clock: f.laku.clock }
    const { providerListLagMinutes } = policy
    /** Reads a list with the one line, and returns how far (s) before now the reading began. */
    const overlapS = async (updatedAt: Date) => {
      let from = clock.now()
      const line = lineOf({ status: 'PENDING', createdAt: updatedAt, updatedAt })
      const listTransactions: PaymentGateway['listTransactions'] = async ({ updatedFrom = from }) => {
        from = updatedFrom
        return { transactions: [line], hasMore: false }
      }
      await readProviderBook(context({ listTransactions }))
      return Math.round((clock.now().getTime() - from.getTime()) / 1000)
    }
    await overlapS(secondsAfter(clock.now(), 7 * 3600))
    await pass(600)
    expect(await overlapS(clock.now())).toBeGreaterThanOrEqual(1_500)
    await pass(7 * 3600)
    expect(await overlapS(clock.now())).toBeGreaterThanOrEqual(7 * 3600 + 900)
    clock.shift(-400)
    expect(await overlapS(clock.now())).toBeGreaterThanOrEqual(900)
    clock.shift(400)
    Object.assign(policy, { providerListLagMinutes: 0 })
    try {
      await overlapS(clock.now())
      expect(await overlapS(clock.now())).toBeGreaterThanOrEqual(600)
    } finally {
      Object.assign(policy, { providerListLagMinutes })
    }
  })

  it('is begun anew where the provider refuses the place at which it would go on, and staff hear of it until it is at its end', async () => {
    await book()
    for (let i = 0; i < 2; i++) await paid()
    const refusing: PaymentGateway['listTransactions'] = async (query) => {
      if (query.afterId !== undefined)
        throw new ProviderFailure({
          provider: 'xendit',
          operation: 'list',
          outcome: 'refused',
          code: 'INVALID',
        })
      return await gateway.listTransactions({ ...query, limit: 1 })
    }
    const told = async () => {
      const { rows } = await sql<{ count: number }>`select count(*)::int as count from attention
        where subject_id = 'unread: refused' and resolved_at is null`.execute(f.laku.db)
      return rows[0]?.count
    }
    for (const times of [0, 1, 1]) {
      await expect(readProviderBook(context({ listTransactions: refusing }))).rejects.toThrow('refused')
      expect(await told()).toBe(times)
    }
    expect(await book()).toMatchObject({ fees: 1, complete: true })
    expect(await told()).toBe(0)
  })

  it('has what staff moved to the bank and back, chargebacks once and less where they were won, and in suspense a kind that nobody knows', async () => {
    const { payment, invoiceId } = await paid('CREDIT_CARD')
    const before = { bank: await f.balance('bank'), loss: await f.balance('chargeback-loss') }
    const lines = [
      lineOf({}),
      lineOf({ type: 'TOPUP', moneyIn: true, amountIdr: 20_000 }),
      lineOf({ type: 'CHARGEBACK', productId: invoiceId, amountIdr: 110_000 }),
      lineOf({ id: 'txn_won', type: 'CHARGEBACK', productId: invoiceId, amountIdr: 110_000, moneyIn: true }),
      lineOf({ id: 'txn_strange', type: 'CONVERSION' }),
      lineOf({ status: 'PENDING' }),
    ]
    for (let i = 0; i < 2; i++) {
      await readProviderBook(
        context({ listTransactions: async () => ({ transactions: lines, hasMore: false }) }),
      )
    }
    expect(await f.balance('bank')).toBe(before.bank + 30_000)
    expect(await f.balance('chargeback-loss')).toBe(before.loss)
    expect(await f.row(payment.id)).toMatchObject({ chargedBackIdr: 0, status: 'paid' })
    expect(await f.balance('suspense:txn_strange')).toBe(50_000)
    expect(await f.attention()).toEqual(expect.arrayContaining([`payment_charged_back ${payment.id}`]))
    // The sandbox does not know these postings, so each is a difference once it is old enough.
    f.laku.clock.shift(1801)
    const missing = (await reconcile()).differences.filter(
      (difference) => difference.kind === 'missing_there',
    )
    const types = missing.map((difference) => difference.type)
    expect(types).toEqual(expect.arrayContaining(['gateway.swept', 'payment.charged_back']))
  })

  it('lets finance book a chargeback that came by another way, once', async () => {
    const { payment } = await paid('CREDIT_CARD')
    const charge = (amountIdr: number) =>
      f.laku.as(finance(), (work) =>
        recordChargeback(work, { transactionId: 'cb-1', paymentId: payment.id, amountIdr }),
      )
    expect(await refusal(charge(110_001))).toBe('payment.not_refundable')
    expect(await charge(10_000)).toMatchObject({ fresh: true })
    expect(await charge(10_000)).toMatchObject({ fresh: false })
    expect((await f.row(payment.id)).chargedBackIdr).toBe(10_000)
  })
})

describe('reconciling', () => {
  let f: PaymentFixture
  let gateway: PaymentGateway
  beforeAll(async () => {
    f = await openPaymentFixture()
    gateway = shortTimeoutGateway(f.laku)
  })
  afterAll(() => f.laku.close())

  const context = () => ({
    unitOfWork: f.laku.unitOfWork,
    actor: system,
    gateway,
    publicUrl: 'http://laku.test',
  })
  const reconcile = () => reconcileGateway(context(), {})
  const paidAtProvider = async (amount?: number) => {
    const payment = await f.payment()
    await openInvoice(context(), payment.code)
    const [invoice] = await gateway.findInvoices(payment.code)
    await f.pay(invoice?.id as string, { channel: 'DANA', ...(amount ? { amount } : {}) })
    return { payment, invoiceId: invoice?.id as string }
  }
  const confirm = async (invoiceId: string) => {
    const read = await gateway.getInvoice(invoiceId)
    await f.laku.system((work) => confirmInvoices(work, [read]))
  }

  it('finds nothing where both books agree: payments, unapplied funds, refunds, fees', async () => {
    const { payment, invoiceId } = await paidAtProvider()
    const wrong = await paidAtProvider(90_000)
    await confirm(invoiceId)
    await confirm(wrong.invoiceId)
    const refund = { key: 'r', paymentId: payment.id, amountIdr: 30_000, reason: 'buyer_left' }
    await f.laku.system((work) => decideRefunds(work, [refund]))
    for (let i = 0; i < 3; i++) {
      f.laku.clock.shift(901)
      await sweepRefunds(context())
      await f.settled()
    }
    await readProviderBook(context())
    await withoutFloat(f.laku)
    const { ok, differences, comparedIdr, gatewayIdr, providerIdr, transactions } = await reconcile()
    expect({ ok, differences, transactions }).toEqual({ ok: true, differences: [], transactions: 3 })
    expect(comparedIdr).toBe(gatewayIdr)
    expect(providerIdr).toBe(gatewayIdr)
  })

  it('lists what only they have, what only we have, other amounts and fees that are not booked', async () => {
    const { payment, invoiceId } = await paidAtProvider()
    f.laku.clock.shift(1801)
    expect((await reconcile()).differences).toMatchObject([
      { kind: 'missing_here', reference: payment.code, oursIdr: 0, theirsIdr: 110_000 },
      { kind: 'fee', reference: payment.code, theirsIdr: -1_832 },
    ])
    await confirm(invoiceId)
    expect((await reconcile()).differences).toMatchObject([{ kind: 'fee' }])
    await readProviderBook(context())
    expect((await reconcile()).differences).toEqual([])
    const key = `refund:${payment.id}:succeeded`
    await f.laku.system((work) =>
      post(work, [
        {
          key,
          kind: 'refund.succeeded',
          subject: ['refund', payment.id],
          entries: [debit('adjustments', 5_000), credit('gateway', 5_000)],
        },
      ]),
    )
    expect(await reconcile()).toMatchObject({ ok: true, notDue: 1 })
    f.laku.clock.shift(1801)
    expect((await reconcile()).differences).toMatchObject([
      { kind: 'missing_there', reference: key, oursIdr: -5_000, theirsIdr: 0 },
    ])
  })

  it('tells of another amount', async () => {
    const lied: PaymentGateway = {
      ...gateway,
      listTransactions: async (query) => {
        const page = await gateway.listTransactions(query)
        return {
          ...page,
          transactions: page.transactions.map((transaction, i) =>
            i === 0 ? { ...transaction, amountIdr: 1 } : transaction,
          ),
        }
      },
    }
    const { differences } = await reconcileGateway({ ...context(), gateway: lied }, {})
    expect(differences[0]).toMatchObject({ kind: 'amount', theirsIdr: 1 })
  })
})
