import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sandboxControl } from '../../../../test/control.ts'
import { query } from '../../../../test/global-setup.ts'
import { system } from '../../../../test/laku.ts'
import { openPaymentFixture, type PaymentFixture, shortTimeoutGateway } from '../../../../test/payments.ts'
import { refusal } from '../../../../test/storefront.ts'
import { finance } from '../../../../test/wallets.ts'
import { endGone } from '../../composition/attention-ends.ts'
import { openThings } from '../../composition/privacy/open-things.ts'
import { newId, runChecks } from '../../kernel/index.ts'
import { credit, debit, post, suspenseAccount } from '../../ledger/index.ts'
import { applyPayoutAnswers, createPayout } from '../../payout/index.ts'
import { showSuspense, splitSuspense, suspenseChecks } from '../../suspense/index.ts'
import { recordChargebacks } from '../chargebacks/book.ts'
import type { PaymentGateway } from '../gateway.ts'
import {
  applyQuarantined,
  applyRefundAnswers,
  bookLine,
  confirmInvoices,
  decideRefunds,
  disposeSuspense,
  openInvoice,
  putPosting,
  readProviderBook,
  reconcileGateway,
  recordChargeback,
  requireMissingThere,
  resolveKeptLines,
  runReconciliation,
  submitRefunds,
  sweepRefunds,
} from '../index.ts'
import { bookTransactions } from './book-transactions.ts'

/** A movement that the provider itself makes, as its control API reports it. */
interface Line {
  id: string
  reference_id: string | null
}

describe("the provider's book has the last word", () => {
  let f: PaymentFixture
  let gateway: PaymentGateway
  let control: ReturnType<typeof sandboxControl>
  beforeAll(async () => {
    f = await openPaymentFixture()
    control = sandboxControl(f.laku)
    gateway = shortTimeoutGateway(f.laku)
  })
  beforeEach(() => control('PUT', '/profile', {}))
  afterAll(async () => {
    // Two tests make a payout that has no settlement.
    await query(f.laku.ownerUrl, "delete from payouts where key like '%-STL-BACK-_'")
    expect(await f.broken()).toEqual([])
    const results = await f.laku.system((work) => runChecks(suspenseChecks, work.tx, f.laku.vault))
    expect(results.filter((checkResult) => !checkResult.ok)).toEqual([])
    await f.laku.close()
  })

  const context = () => ({
    unitOfWork: f.laku.unitOfWork,
    actor: system,
    gateway,
    publicUrl: 'http://laku.test',
  })
  const paidAtProvider = async (how: { channel?: string; amount?: number } = {}) => {
    const payment = await f.payment()
    await openInvoice(context(), payment.code)
    const [invoice] = await gateway.findInvoices(payment.code)
    await f.pay(invoice?.id as string, { channel: 'CREDIT_CARD', ...how })
    return { payment, invoiceId: invoice?.id as string }
  }
  const confirm = async (invoiceId: string) => {
    const read = await gateway.getInvoice(invoiceId)
    await f.laku.system((work) => confirmInvoices(work, [read]))
  }
  const paid = async (how: { channel?: string; amount?: number } = {}) => {
    const made = await paidAtProvider(how)
    await confirm(made.invoiceId)
    return made
  }
  const movement = (body: object) => control<Line>('POST', '/transactions', body)
  const change = (id: string, body: object) => control<Line>('POST', `/transactions/${id}`, body)
  const book = () => readProviderBook(context())
  const differences = async () => {
    f.laku.clock.shift(1801)
    return (await reconcileGateway(context(), {})).differences
  }
  const agree = async () => {
    await book()
    expect(await differences()).toEqual([])
  }
  const suspendedIdr = async (lineId: string) => {
    const items = f.laku.db.selectFrom('suspenseItems').select('amountIdr').where('providerId', '=', lineId)
    return (await items.execute()).map(({ amountIdr }) => amountIdr)
  }
  const ours = () =>
    Promise.all((['gateway', 'gateway-fees', 'bank', 'chargeback-loss'] as const).map(f.balance))

  it.each([
    ['the payment’s id and its link, as documented', {}],
    ['no link: by our reference', { 'xendit.payment-link': 'unlinked' }],
    ['neither link nor reference: by the payment’s own id', { 'xendit.payment-link': 'nameless' }],
    ['the invoice’s id, as before', { 'xendit.transaction-product': 'invoice' }],
    ['fractions of a rupiah', { 'xendit.fees': 'fractional' }],
    ['a fee without a status', { 'xendit.fees': 'no_status' }],
  ])('fact 2 and 4: a line with %s finds its payment, and its fee', async (_, profile) => {
    await book()
    await control('PUT', '/profile', profile)
    const { payment } = await paid({ channel: 'QRIS' })
    expect(await book()).toMatchObject({ fees: 1, suspended: 0 })
    expect(await differences()).toEqual([])
    const fee = await f.laku.db
      .selectFrom('ledgerTransactions')
      .select('kind')
      .where('subjectId', '=', payment.id)
      .where('kind', '=', 'gateway.fee')
      .execute()
    expect(fee).toHaveLength(1)
  })

  it('fact 4: a line without a fee waits for it, and has it when it is there', async () => {
    await book()
    await control('PUT', '/profile', { 'xendit.fees': 'null' })
    const { invoiceId } = await paid()
    expect(await book()).toMatchObject({ fees: 0 })
    expect(await differences()).toEqual([])
    await control('PUT', '/profile', {})
    await change(invoiceId, {})
    expect(await book()).toMatchObject({ fees: 1 })
    await agree()
  })

  it('two invoices of one payment, without links, are told apart', async () => {
    await control('PUT', '/profile', { 'xendit.payment-link': 'unlinked' })
    const { payment } = await paid()
    const other = await gateway.createInvoice({
      externalId: payment.code,
      amountIdr: 110_000,
      expiresInS: 600,
      description: 'd',
      payer: {},
    })
    await f.pay(other.id, { channel: 'DANA' })
    await confirm(other.id)
    await agree()
  })

  it('fact 2: a chargeback finds its payment, is corrected, taken back, and won', async () => {
    const { payment, invoiceId } = await paid()
    await book()
    const before = await ours()
    const { id } = await movement({ type: 'CHARGEBACK', of: invoiceId })
    await book()
    expect((await f.row(payment.id)).chargedBackIdr).toBe(110_000)
    await change(id, { amount: 60_000 })
    await agree()
    expect((await f.row(payment.id)).chargedBackIdr).toBe(60_000)
    await movement({ type: 'CHARGEBACK', of: invoiceId, amount: 60_000, cashflow: 'MONEY_IN' })
    await agree()
    expect((await f.row(payment.id)).chargedBackIdr).toBe(0)
    expect(await ours()).toEqual(before)
    const again = await movement({ type: 'CHARGEBACK', of: invoiceId })
    await book()
    await change(again.id, { status: 'REVERSED' })
    await agree()
    expect(await ours()).toEqual(before)
  })

  it('what is charged back beyond what was paid lies in suspense: by a new line, a corrected one, and one that a person calls another', async () => {
    const inSuspense = async (id: string) => (await f.laku.system(({ tx }) => showSuspense(tx, id))).amountIdr
    const { payment, invoiceId } = await paid()
    const whole = await movement({ type: 'CHARGEBACK', of: invoiceId, amount: 100_000 })
    const more = await movement({ type: 'CHARGEBACK', of: invoiceId, amount: 20_000 })
    await agree()
    expect(await inSuspense(more.id)).toBe(20_000)
    await change(whole.id, { amount: 120_000 })
    await agree()
    expect(await inSuspense(whole.id)).toBe(20_000)
    expect((await f.row(payment.id)).chargedBackIdr).toBe(100_000)
    // The excess of a line that is booked already can still be assigned to another payment.
    const { payment: right } = await paid()
    await f.laku.as(finance(), (work) =>
      disposeSuspense(work, whole.id, { to: 'reassigned', place: right.id }),
    )
    expect((await f.row(right.id)).chargedBackIdr).toBe(20_000)
    await agree()
    const second = await paid()
    const of = { paymentId: second.payment.id, amountIdr: 30_000 }
    await f.laku.as(finance(), (work) => recordChargeback(work, { ...of, transactionId: 'told-beyond' }))
    const asked = await movement({ type: 'CHARGEBACK', of: second.invoiceId })
    await book()
    await f.laku.as(finance(), (work) =>
      recordChargeback(work, {
        ...of,
        amountIdr: 110_000,
        transactionId: asked.id,
        isAnother: true,
      }),
    )
    expect(await inSuspense(asked.id)).toBe(110_000)
    await movement({ type: 'CHARGEBACK', of: second.invoiceId, amount: 30_000 })
    await agree()
    expect((await f.row(second.payment.id)).chargedBackIdr).toBe(30_000)
  })

  it('fact 2: a payment, a chargeback and what was won, all without link and reference, are joined by the payment’s id or its request’s', async () => {
    await control('PUT', '/profile', { 'xendit.payment-link': 'nameless' })
    const of = (payment: { id: string }) =>
      f.laku.db
        .selectFrom('payments')
        .select(['providerPaymentId', 'providerPaymentRequestId', 'chargedBackIdr'])
        .where('id', '=', payment.id)
        .executeTakeFirstOrThrow()
    const { payment } = await paid()
    const known = await of(payment)
    const product = known.providerPaymentId as string
    const line = (more: object) =>
      movement({ type: 'CHARGEBACK', reference_id: null, product_id: product, amount: 110_000, ...more })
    await line({ fee: 1_000 })
    await book()
    expect((await of(payment)).chargedBackIdr).toBe(110_000)
    const fees = f.laku.db.selectFrom('ledgerTransactions').select('id').where('kind', '=', 'gateway.fee')
    expect(await fees.where('subjectId', '=', payment.id).execute()).toHaveLength(2)
    await line({ cashflow: 'MONEY_IN' })
    await agree()
    expect((await of(payment)).chargedBackIdr).toBe(0)
    // The second payment is charged back by its request id, out of quarantine.
    const { payment: short } = await paid({ amount: 97_000 })
    const kept = await f.laku.db
      .selectFrom('quarantinedMoney')
      .selectAll()
      .where('paymentId', '=', short.id)
      .executeTakeFirstOrThrow()
    await movement({
      type: 'CHARGEBACK',
      reference_id: null,
      product_id: kept.providerPaymentRequestId ?? kept.providerPaymentId,
      amount: 97_000,
    })
    await agree()
    const status = f.laku.db.selectFrom('quarantinedMoney').select('status').where('id', '=', kept.id)
    expect(await status.executeTakeFirst()).toEqual({ status: 'charged_back' })
    expect(
      await f.laku.db.selectFrom('suspenseItems').select('id').where('userId', '=', short.userId).execute(),
    ).toEqual([])
  })

  it('a fee is corrected, up, down and away', async () => {
    const { invoiceId } = await paid()
    await book()
    const fees = await f.balance('gateway-fees')
    const was = (await f.laku.db.selectFrom('ledgerTransactions').select('id').execute()).length
    await change(invoiceId, { fee: 10_000 })
    await agree()
    await change(invoiceId, { fee: 1_000 })
    await agree()
    expect(await f.balance('gateway-fees')).toBe(fees - Math.round(5_190 * 1.11) + 1_110)
    await change(invoiceId, { fee_status: 'REVERSED' })
    await agree()
    expect(await f.balance('gateway-fees')).toBe(fees - Math.round(5_190 * 1.11))
    await agree()
    expect((await f.laku.db.selectFrom('ledgerTransactions').select('id').execute()).length).toBe(was + 3)
  })

  it('a sweep to the bank is reversed, and goes again', async () => {
    const before = await ours()
    const { id } = await movement({ type: 'WITHDRAWAL', amount: 40_000 })
    await agree()
    expect(await f.balance('bank')).toBe((before[2] as number) + 40_000)
    await change(id, { status: 'REVERSED' })
    await agree()
    expect(await ours()).toEqual(before)
    await change(id, { status: 'SUCCESS', amount: 30_000 })
    await agree()
    expect(await f.balance('bank')).toBe((before[2] as number) + 30_000)
  })

  it('a kind that is not known, and a dispute’s fee, lie in suspense under their line, and are fees by a verb', async () => {
    const { id } = await movement({ type: 'DISPUTE_FEE', amount: 25_000, cashflow: 'MONEY_OUT' })
    await agree()
    expect(await f.balance(suspenseAccount(id))).toBe(25_000)
    const fees = await f.balance('gateway-fees')
    await f.laku.as(finance(), (work) => disposeSuspense(work, id, { to: 'reassigned', place: 'fee' }))
    expect(await f.balance('gateway-fees')).toBe(fees + 25_000)
    // The provider reverses it after that. Nobody owes that money, so it is in suspense again.
    await change(id, { status: 'REVERSED' })
    await agree()
    expect(await f.balance(suspenseAccount(id))).toBe(-25_000)
  })

  it('a line whose booking throws is set aside with its attention, and its page goes on', async () => {
    await book()
    const bad = await movement({ type: 'WITHDRAWAL', amount: 3_000 })
    const good = await movement({ type: 'WITHDRAWAL', amount: 4_000 })
    const before = await f.balance('bank')
    const halfOf = <T extends { id: string; amountIdr: number }>(line: T): T =>
      line.id === bad.id ? { ...line, amountIdr: line.amountIdr + 0.5 } : line
    const odd: PaymentGateway = {
      ...gateway,
      listTransactions: async (query) => {
        const page = await gateway.listTransactions(query)
        return { ...page, transactions: page.transactions.map(halfOf) }
      },
      getTransaction: async (id) => halfOf(await gateway.getTransaction(id)),
    }
    const read = () => readProviderBook({ ...context(), gateway: odd })
    expect(await read()).toMatchObject({ complete: true, moved: 1 })
    expect(await f.balance('bank')).toBe(before + 4_000)
    const item = f.laku.db.selectFrom('attention').selectAll().where('subjectId', '=', bad.id)
    expect(await item.execute()).toMatchObject([
      { kind: 'item_set_aside', command: `laku payments book ${bad.id}` },
    ])
    expect(good.id).not.toBe(bad.id)
    f.laku.clock.shift(301)
    expect(await read()).toMatchObject({ complete: true, asked: 1, agreed: 0 })
    // It is booked as soon as that is possible, and nobody must look at it any more.
    await bookLine({ ...context(), payouts: f.laku.providers.payouts }, bad.id)
    expect(await f.balance('bank')).toBe(before + 7_000)
    await f.laku.system((work) => endGone(work))
    expect((await item.executeTakeFirstOrThrow()).resolvedAt).not.toBeNull()
    await agree()
  })

  it('one that is not known to be of anything, and a foreign refund and payout, end in suspense, and stop no neighbour', async () => {
    const foreign = await Promise.all([
      movement({ type: 'PAYMENT', amount: 12_000, reference_id: null }),
      movement({
        type: 'REFUND',
        amount: 13_000,
        cashflow: 'MONEY_OUT',
        reference_id: 'RFD-OF-OTHERS-1',
        product_id: 'rfd-theirs',
      }),
      movement({
        type: 'DISBURSEMENT',
        amount: 14_000,
        cashflow: 'MONEY_OUT',
        reference_id: 'other',
        product_id: 'disb-theirs',
      }),
    ])
    // Webhooks report both before the list is read and after it. Until then an attention item is open.
    const told = { status: 'SUCCEEDED' } as const
    const hear = () =>
      f.laku.system(async (work) => {
        const refund = { id: 'rfd-theirs', referenceId: 'RFD-OF-OTHERS-1', amountIdr: 13_000, ...told }
        const payout = { id: 'disb-theirs', referenceId: 'other', amountIdr: 14_000, ...told }
        await applyRefundAnswers(work, [refund])
        await applyPayoutAnswers(work, [payout])
      })
    const unexpected = () =>
      f.laku.db
        .selectFrom('attention')
        .select('subjectId')
        .where('kind', 'in', ['refund_unexpected', 'payout_unexpected'])
        .where('resolvedAt', 'is', null)
        .execute()
    await hear()
    expect(await unexpected()).toHaveLength(2)
    const good = await paid()
    const asked = { reason: 'OTHERS' } as const
    const odd = await paid({ amount: 100_000 })
    for (const [{ invoiceId }, amountIdr] of [
      [good, 15_000],
      [odd, 100_000],
    ] as const) {
      const { paymentRequestId } = await gateway.getInvoice(invoiceId)
      const key = {
        idempotencyKey: `by hand ${amountIdr}`,
        referenceId: amountIdr === 15_000 ? 'by hand' : 'by hand too',
      }
      await gateway.createRefund({
        ...asked,
        ...key,
        amountIdr,
        paymentRequestId: paymentRequestId as string,
      })
    }
    await f.laku.sandbox.settleWebhooks()
    await book()
    for (let i = 0; i < 3; i++) {
      f.laku.clock.shift(1_801)
      await book()
    }
    expect(await differences()).toEqual([])
    expect((await f.row(good.payment.id)).status).toBe('paid')
    // The provider's refund names the payment, so its buyer is the receiver of the money.
    const byHand = await f.laku.system(({ tx }) => showSuspense(tx, 'by hand'))
    const { userId } = await f.laku.db
      .selectFrom('payments')
      .select('userId')
      .where('id', '=', good.payment.id)
      .executeTakeFirstOrThrow()
    expect(byHand).toMatchObject({ kind: 'refund', amountIdr: 15_000, userId })
    // So what the buyer has by hand is taken off when the whole payment goes back.
    await f.laku.system((work) =>
      decideRefunds(work, [
        { key: newId(), paymentId: good.payment.id, amountIdr: 110_000, reason: 'buyer_left' },
      ]),
    )
    expect(await f.balance(`wallet:${userId}`)).toBe(95_000)
    // Money in quarantine that went back by hand pays no payment, and adds nothing to a wallet.
    const { id } = await f.laku.db
      .selectFrom('quarantinedMoney')
      .select('id')
      .where('paymentId', '=', odd.payment.id)
      .executeTakeFirstOrThrow()
    const apply = (more: object) => f.laku.as(finance(), (work) => applyQuarantined(work, { id, ...more }))
    expect(await refusal(apply({}))).toBe('payment.refunded_already')
    expect(await apply({ wallet: 'buyer' })).toMatchObject({ amountIdr: 100_000 })
    expect(await f.balance(`wallet:${odd.payment.userId}`)).toBe(0)
    for (const code of ['by hand', 'by hand too'])
      expect(await f.laku.system(({ tx }) => showSuspense(tx, code))).toMatchObject({ status: 'wallet' })
    await hear()
    expect(await unexpected()).toEqual([])
    const [first] = foreign
    expect(await f.laku.system(({ tx }) => showSuspense(tx, 'other'))).toMatchObject({ amountIdr: 14_000 })
    expect(
      await f.laku.db
        .selectFrom('suspenseItems')
        .select('amountIdr')
        .where('providerId', '=', first?.id as string)
        .executeTakeFirst(),
    ).toEqual({ amountIdr: -12_000 })
  })

  it('a payment whose update never came is confirmed by its line, and not put into suspense', async () => {
    const { payment } = await paidAtProvider()
    await book()
    f.laku.clock.shift(301)
    expect(await book()).toMatchObject({ asked: 1, agreed: 1, suspended: 0 })
    expect((await f.row(payment.id)).status).toBe('paid')
    await agree()
  })

  it('issue 11, case 10: who has 110,000 in quarantine is not erased', async () => {
    const { payment } = await paid({ amount: 100_000 })
    const { userId } = payment
    expect(await f.laku.system(({ tx }) => openThings(tx, userId))).toMatchObject({ quarantined: 1 })
  })

  it('issue 11, case 10: charged back money that waits in quarantine is given to nobody as well', async () => {
    const { payment, invoiceId } = await paid({ amount: 100_000 })
    const row = () =>
      f.laku.db
        .selectFrom('quarantinedMoney')
        .selectAll()
        .where('paymentId', '=', payment.id)
        .executeTakeFirstOrThrow()
    const apply = async () => {
      const { id } = await row()
      return await f.laku.as(finance(), (work) => applyQuarantined(work, { id, wallet: 'buyer' }))
    }
    const loss = await f.balance('chargeback-loss')
    await movement({ type: 'CHARGEBACK', of: invoiceId, amount: 30_000 })
    await book()
    expect(await row()).toMatchObject({ status: 'waiting', chargedBackIdr: 30_000 })
    await f.laku.as(finance(), (work) =>
      recordChargeback(work, { transactionId: 'told-q', paymentId: payment.id, amountIdr: 70_000 }),
    )
    expect(await row()).toMatchObject({ status: 'charged_back' })
    expect(await refusal(apply())).toBe('payment.quarantine_decided')
    await movement({ type: 'CHARGEBACK', of: invoiceId, amount: 70_000 })
    await agree()
    expect(await f.balance('chargeback-loss')).toBe(loss)
    expect(await f.balance(`wallet:${payment.userId}`)).toBe(0)
    expect((await f.row(payment.id)).status).toBe('refunded')
  })

  it('issue 11, case 10: two chargebacks of money in quarantine that are together more than it: the second lies in suspense, and keeps the rest', async () => {
    const { payment, invoiceId } = await paid({ amount: 50_000 })
    const { id } = await f.laku.db
      .selectFrom('quarantinedMoney')
      .select('id')
      .where('paymentId', '=', payment.id)
      .executeTakeFirstOrThrow()
    await book()
    const first = await movement({ type: 'CHARGEBACK', of: invoiceId, amount: 30_000 })
    const more = await movement({ type: 'CHARGEBACK', of: invoiceId, amount: 40_000 })
    const lines = await Promise.all([first, more].map((line) => gateway.getTransaction(line.id)))
    expect(await f.laku.system((work) => bookTransactions(work, lines))).toMatchObject({ chargebacks: 1 })
    await agree()
    const apply = () => f.laku.as(finance(), (work) => applyQuarantined(work, { id, wallet: 'buyer' }))
    expect(await refusal(apply())).toBe('payment.maybe_charged_back')
    await f.laku.as(finance(), (work) =>
      disposeSuspense(work, more.id, { to: 'collected', reference: 'BCA-40' }),
    )
    expect(await apply()).toMatchObject({ amountIdr: 20_000 })
  })

  it('issue 11, case 10: a chargeback booked without its payment keeps money of its amount in quarantine, until it is said to be of it', async () => {
    const { payment } = await paid({ amount: 99_000 })
    const { id } = await f.laku.db
      .selectFrom('quarantinedMoney')
      .select('id')
      .where('paymentId', '=', payment.id)
      .executeTakeFirstOrThrow()
    const line = await movement({ type: 'CHARGEBACK', amount: 99_000, reference_id: null })
    await book()
    const apply = (to: object = { wallet: 'buyer' }) =>
      f.laku.as(finance(), (work) => applyQuarantined(work, { id, ...to }))
    expect(await refusal(apply())).toBe('payment.maybe_charged_back')
    // Nor does another payment get the money, nor the payment for which it came.
    expect(await refusal(apply({}))).toBe('payment.maybe_charged_back')
    expect(await refusal(apply({ paymentId: (await f.payment()).id }))).toBe('payment.maybe_charged_back')
    await f.laku.as(finance(), (work) =>
      disposeSuspense(work, line.id, { to: 'reassigned', place: `quarantine:${id}` }),
    )
    expect(await refusal(apply())).toBe('payment.quarantine_decided')
    expect(await f.balance(`wallet:${payment.userId}`)).toBe(0)
    await agree()
  })

  it('issue 11, case 10: money that was given to a wallet and charged back then lies in suspense, and is taken out again', async () => {
    const { payment, invoiceId } = await paid({ amount: 98_000 })
    const { id } = await f.laku.db
      .selectFrom('quarantinedMoney')
      .select('id')
      .where('paymentId', '=', payment.id)
      .executeTakeFirstOrThrow()
    await f.laku.as(finance(), (work) => applyQuarantined(work, { id, wallet: 'buyer' }))
    const line = await movement({ type: 'CHARGEBACK', of: invoiceId })
    await agree()
    expect(await f.laku.system(({ tx }) => openThings(tx, payment.userId))).toMatchObject({ suspense: 1 })
    await f.laku.as(finance(), (work) => disposeSuspense(work, line.id, { to: 'wallet' }))
    expect(await f.balance(`wallet:${payment.userId}`)).toBe(0)
  })

  it.each(['its invoice', 'the payment’s own id'])(
    'issue 11, case 10: of money that staff put on another payment, a chargeback is that payment’s, by %s',
    async (by) => {
      const first = await paid({ amount: 110_001 })
      const other = await f.payment()
      const { id } = await f.laku.db
        .selectFrom('quarantinedMoney')
        .select('id')
        .where('paymentId', '=', first.payment.id)
        .executeTakeFirstOrThrow()
      await f.laku.as(finance(), (work) => applyQuarantined(work, { id, paymentId: other.id }))
      const { providerPaymentId: product_id } = await f.row(other.id)
      const line = (more: object) =>
        movement({
          type: 'CHARGEBACK',
          amount: 110_001,
          ...(by === 'its invoice' ? { of: first.invoiceId } : { reference_id: null, product_id }),
          ...more,
        })
      await line({})
      await agree()
      const lost = await Promise.all(
        [first.payment, other].map(async ({ id }) => (await f.row(id)).chargedBackIdr),
      )
      expect(lost).toEqual([0, 110_001])
      expect(await f.balance(`wallet:${other.userId}`)).toBe(0)
      await line({ cashflow: 'MONEY_IN' })
      await agree()
      expect(await f.balance(`wallet:${other.userId}`)).toBe(1)
    },
  )

  it('what is won of money in quarantine is its buyer’s, and is not forgotten', async () => {
    const { payment, invoiceId } = await paid({ amount: 97_000 })
    await movement({ type: 'CHARGEBACK', of: invoiceId, amount: 97_000 })
    await book()
    const line = await movement({ type: 'CHARGEBACK', of: invoiceId, amount: 97_000, cashflow: 'MONEY_IN' })
    await agree()
    expect(await f.laku.system(({ tx }) => openThings(tx, payment.userId))).toMatchObject({ suspense: 1 })
    await f.laku.as(finance(), (work) => disposeSuspense(work, line.id, { to: 'wallet' }))
    expect(await f.balance(`wallet:${payment.userId}`)).toBe(97_000)
  })

  it('a chargeback that was won and is taken back as well lies in suspense, and is its buyer’s matter', async () => {
    const { payment, invoiceId } = await paid()
    const { id } = await movement({ type: 'CHARGEBACK', of: invoiceId, amount: 50_000 })
    await book()
    await movement({ type: 'CHARGEBACK', of: invoiceId, amount: 30_000, cashflow: 'MONEY_IN' })
    await book()
    await change(id, { status: 'REVERSED' })
    await agree()
    expect((await f.row(payment.id)).chargedBackIdr).toBe(20_000)
    const { amountIdr, userId } = await f.laku.system(({ tx }) => showSuspense(tx, id))
    expect({ amountIdr, userId }).toEqual({ amountIdr: -50_000, userId: payment.userId })
  })

  describe('a won dispute', () => {
    const lostAndWon = async (lost: readonly number[], won: readonly number[]) => {
      const { payment, invoiceId } = await paid()
      await book()
      const before = await ours()
      for (const amount of lost) await movement({ type: 'CHARGEBACK', of: invoiceId, amount })
      await book()
      const lines: Line[] = []
      for (const amount of won)
        lines.push(await movement({ type: 'CHARGEBACK', of: invoiceId, amount, cashflow: 'MONEY_IN' }))
      await agree()
      const after = await ours()
      const { chargedBackIdr } = await f.row(payment.id)
      const lossIdr = (after[3] as number) - (before[3] as number)
      return { payment, lines, chargedBackIdr, lossIdr, waits: await waiting(payment.userId) }
    }
    const waiting = async (userId: string) => {
      const items = f.laku.db
        .selectFrom('suspenseItems')
        .select(['id', 'amountIdr'])
        .where('userId', '=', userId)
      return await items.where('status', '=', 'open').execute()
    }

    it('brings several chargebacks back in one line, or one in several lines', async () => {
      const several = await lostAndWon([60_000, 20_000], [80_000])
      expect(several).toMatchObject({ chargedBackIdr: 0, lossIdr: 0, waits: [] })
      const [line] = several.lines
      await change(line?.id as string, { amount: 70_000 })
      await agree()
      expect((await waiting(several.payment.userId)).map((item) => item.amountIdr)).toEqual([10_000])
      await change(line?.id as string, { amount: 80_000 })
      await agree()
      expect(await waiting(several.payment.userId)).toEqual([])
      const parts = await lostAndWon([60_000], [30_000, 25_000])
      expect(parts).toMatchObject({ chargedBackIdr: 5_000, lossIdr: 5_000, waits: [] })
      expect(await lostAndWon([60_000, 20_000], [70_000, 10_000])).toMatchObject({ lossIdr: 0, waits: [] })
    })

    it('of more than was charged back leaves the rest in suspense, and clears what lay there', async () => {
      const more = await lostAndWon([50_000], [70_000])
      expect(more).toMatchObject({ chargedBackIdr: 0, lossIdr: 0, waits: [{ amountIdr: -20_000 }] })
      const rest = more.waits[0]?.id as string
      await f.laku.as(finance(), (work) => disposeSuspense(work, rest, { to: 'written_off' }))
      await agree()
      // The second chargeback is beyond what was paid, so it lies in suspense.
      const beyond = await lostAndWon([100_000, 20_000], [120_000])
      expect(beyond).toMatchObject({ chargedBackIdr: 0, lossIdr: 0, waits: [] })
    })

    it('of two payments in a line without a name is split by a person, and given to both', async () => {
      const [one, two] = [await paid(), await paid()]
      await movement({ type: 'CHARGEBACK', of: one.invoiceId, amount: 60_000 })
      await movement({ type: 'CHARGEBACK', of: two.invoiceId, amount: 50_000 })
      const nameless = { product_id: null, reference_id: null }
      const won = await movement({ type: 'CHARGEBACK', ...nameless, amount: 110_000, cashflow: 'MONEY_IN' })
      await agree()
      const parts = await f.laku.as(finance(), (work) => splitSuspense(work, won.id, 60_000))
      for (const [nth, { payment }] of [one, two].entries()) {
        const asked = { to: 'reassigned', place: payment.id } as const
        await f.laku.as(finance(), (work) => disposeSuspense(work, parts[nth]?.id as string, asked))
        expect((await f.row(payment.id)).chargedBackIdr).toBe(0)
      }
      await agree()
    })
  })

  describe('a chargeback that staff reported before its line is read', () => {
    const tell = (paymentId: string, transactionId: string, amountIdr: number) =>
      f.laku.as(finance(), (work) => recordChargeback(work, { paymentId, transactionId, amountIdr }))
    const quarantined = (paymentId: string) =>
      f.laku.db
        .selectFrom('quarantinedMoney')
        .selectAll()
        .where('paymentId', '=', paymentId)
        .executeTakeFirstOrThrow()
    const toWallet = async (paymentId: string) => {
      const { id } = await quarantined(paymentId)
      return await f.laku.as(finance(), (work) => applyQuarantined(work, { id, wallet: 'buyer' }))
    }
    const chargeback = (of: string, amount: number) => movement({ type: 'CHARGEBACK', of, amount })
    const lostOf = async (id: string) => (await f.row(id)).chargedBackIdr
    const inSuspense = (providerId: string) =>
      f.laku.db
        .selectFrom('suspenseItems')
        .select(['amountIdr', 'kind'])
        .where('providerId', '=', providerId)
        .execute()
    /** Returns how far laku's ledger and the provider's balance are apart, for one act. */
    const apart = async (act: () => Promise<unknown>) => {
      await agree()
      const gap = async () => (await f.balance('gateway')) - (await gateway.balanceIdr())
      await f.settle()
      const before = await gap()
      await act()
      await f.settle()
      return (await gap()) - before
    }

    const paidAgain = async (externalId: string) => {
      const asked = { externalId, amountIdr: 110_000, expiresInS: 600, description: 'd', payer: {} }
      const second = await gateway.createInvoice(asked)
      await f.pay(second.id, { channel: 'CREDIT_CARD' })
      await confirm(second.id)
      return second.id
    }
    /** Reads the provider's list while it does not show this line yet. */
    const bookWithout = (hidden: string) =>
      readProviderBook({
        ...context(),
        gateway: {
          ...gateway,
          listTransactions: async (query) => {
            const page = await gateway.listTransactions(query)
            return { ...page, transactions: page.transactions.filter(({ id }) => id !== hidden) }
          },
        },
      })

    it('of money that went from quarantine into a wallet is refused, and its line is booked once', async () => {
      const { payment, invoiceId } = await paid({ amount: 96_500 })
      await toWallet(payment.id)
      const off = await apart(async () => {
        const { id } = await chargeback(invoiceId, 20_000)
        expect(await refusal(tell(payment.id, id, 20_000))).toBe('payment.not_refundable')
        await agree()
        expect(await inSuspense(id)).toEqual([{ amountIdr: 20_000, kind: 'chargeback' }])
      })
      expect([off, await lostOf(payment.id)]).toEqual([0, 0])
    })

    it.each(['waits in quarantine', 'was given to a wallet'])(
      'of a payment, whose line names its second invoice, is taken off the payment: the money %s',
      async (now) => {
        const { payment, invoiceId } = await paid()
        const second = await paidAgain(payment.code)
        if (now !== 'waits in quarantine') await toWallet(payment.id)
        const off = await apart(async () => {
          const { id } = await chargeback(second, 25_000)
          await tell(payment.id, id, 25_000)
          await agree()
          const isGiven = now !== 'waits in quarantine'
          expect(await inSuspense(id)).toEqual(isGiven ? [{ amountIdr: 25_000, kind: 'chargeback' }] : [])
          const { chargedBackIdr } = await quarantined(payment.id)
          expect([await lostOf(payment.id), chargedBackIdr]).toEqual([0, isGiven ? 0 : 25_000])
        })
        expect(off).toBe(0)
        expect(second).not.toBe(invoiceId)
      },
    )

    it('twice of one amount of the same quarantined money is linked with two lines', async () => {
      const { payment, invoiceId } = await paid({ amount: 95_500 })
      const before = await f.attention()
      const off = await apart(async () => {
        await tell(payment.id, 'told-first', 10_000)
        await tell(payment.id, 'told-second', 10_000)
        const lines = [await chargeback(invoiceId, 10_000), await chargeback(invoiceId, 10_000)]
        await book()
        const linked = await f.laku.db
          .selectFrom('chargebacks')
          .select('providerTransactionId')
          .where('ledgerKey', 'in', ['chargeback:told-first', 'chargeback:told-second'])
          .execute()
        expect(linked.map((row) => row.providerTransactionId).toSorted()).toEqual(
          lines.map((line) => line.id).toSorted(),
        )
        await agree()
      })
      const { chargedBackIdr } = await quarantined(payment.id)
      expect([off, chargedBackIdr]).toEqual([0, 20_000])
      const asides = (await f.attention()).filter((item) => !before.includes(item))
      expect(asides.filter((item) => item.startsWith('item_set_aside'))).toEqual([])
    })

    it('of more than is left of its payment lies in suspense in two parts, where its money was given out', async () => {
      const { payment, invoiceId } = await paid()
      const second = await paidAgain(payment.code)
      await toWallet(payment.id)
      await chargeback(invoiceId, 70_000)
      const off = await apart(async () => {
        const { id } = await chargeback(second, 50_000)
        await tell(payment.id, id, 30_000)
        await agree()
        const parts = (await inSuspense(id)).map((item) => item.amountIdr)
        expect(parts.toSorted()).toEqual([20_000, 30_000])
      })
      expect([off, await lostOf(payment.id)]).toEqual([0, 70_000])
    })

    it.each([110_000, 60_000, 25_000])(
      'of a second invoice gives %i back to the line of the first invoice that came before it',
      async (amountIdr) => {
        const { payment, invoiceId } = await paid()
        const second = await paidAgain(payment.code)
        const off = await apart(async () => {
          const other = await chargeback(invoiceId, amountIdr)
          const own = await chargeback(second, amountIdr)
          await tell(payment.id, own.id, amountIdr)
          await bookWithout(own.id)
          expect(await readProviderBook(context())).toMatchObject({ complete: true, chargebacks: 1 })
          const { chargedBackIdr } = await quarantined(payment.id)
          expect([await lostOf(payment.id), chargedBackIdr]).toEqual([amountIdr, amountIdr])
          const rows = await f.laku.db
            .selectFrom('chargebacks')
            .select(['ledgerKey', 'paymentId'])
            .where('providerTransactionId', 'in', [other.id, own.id])
            .orderBy('id')
            .execute()
          expect(rows).toEqual([
            { ledgerKey: `chargeback:${own.id}`, paymentId: null },
            { ledgerKey: `chargeback:${other.id}`, paymentId: payment.id },
          ])
        })
        expect(off).toBe(0)
      },
    )

    it.each([110_000, 94_500])(
      'keeps its own line although an older line of its amount comes first, of a payment of %i',
      async (amount) => {
        const { payment, invoiceId } = await paid({ amount })
        const older = await chargeback(invoiceId, 15_000)
        const own = await chargeback(invoiceId, 15_000)
        await tell(payment.id, own.id, 15_000)
        await bookWithout(own.id)
        await agree()
        const isQuarantined = amount !== 110_000
        const lostIdr = isQuarantined
          ? (await quarantined(payment.id)).chargedBackIdr
          : await lostOf(payment.id)
        expect(lostIdr).toBe(30_000)
        const rows = await f.laku.db
          .selectFrom('chargebacks')
          .select(['ledgerKey', 'providerTransactionId as line'])
          .where('providerTransactionId', 'in', [older.id, own.id])
          .execute()
        expect(rows.map(({ ledgerKey, line }) => ledgerKey === `chargeback:${line}`)).toEqual([true, true])
      },
    )
  })

  it('a chargeback waits until its payment is confirmed: what is beyond it lies in suspense, and of a wrong amount it leaves quarantine', async () => {
    const lostOf = async (id: string) => (await f.row(id)).chargedBackIdr
    const [beyond, within, wrong] = [
      await paidAtProvider(),
      await paidAtProvider(),
      await paidAtProvider({ amount: 93_500 }),
    ]
    const line = await movement({ type: 'CHARGEBACK', of: beyond.invoiceId, amount: 210_000 })
    await movement({ type: 'CHARGEBACK', of: within.invoiceId, amount: 50_000 })
    await movement({ type: 'CHARGEBACK', of: wrong.invoiceId, amount: 20_000 })
    await book()
    expect(await Promise.all([beyond, within, wrong].map(({ payment }) => lostOf(payment.id)))).toEqual([
      0, 0, 0,
    ])
    // Lines that laku has not booked yet keep their buyer from being erased.
    const open = () => f.laku.system(({ tx }) => openThings(tx, within.payment.userId))
    expect(await open()).toMatchObject({ linesAtProvider: 2 })
    f.laku.clock.shift(301)
    await book()
    await agree()
    expect(await open()).not.toHaveProperty('linesAtProvider')
    expect(await Promise.all([beyond, within, wrong].map(({ payment }) => lostOf(payment.id)))).toEqual([
      0, 50_000, 0,
    ])
    expect((await f.laku.system(({ tx }) => showSuspense(tx, line.id))).amountIdr).toBe(210_000)
    const kept = f.laku.db
      .selectFrom('quarantinedMoney')
      .select(['status', 'chargedBackIdr'])
      .where('paymentId', '=', wrong.payment.id)
    expect(await kept.executeTakeFirst()).toEqual({ status: 'waiting', chargedBackIdr: 20_000 })
  })

  it('a chargeback of a payment that never comes lies in suspense after an hour', async () => {
    const payment = await f.payment()
    await openInvoice(context(), payment.code)
    const line = await movement({ type: 'CHARGEBACK', amount: 30_000, reference_id: payment.code })
    await book()
    for (let i = 0; i < 3; i++) {
      f.laku.clock.shift(1_801)
      await book()
    }
    expect(await differences()).toEqual([])
    const { amountIdr, kind, userId } = await f.laku.system(({ tx }) => showSuspense(tx, payment.code))
    expect({ amountIdr, kind, userId }).toEqual({
      amountIdr: 30_000,
      kind: 'chargeback',
      userId: payment.userId,
    })
    expect(line.reference_id).toBe(payment.code)
  })

  it('a chargeback that was reversed and is made again is booked again', async () => {
    const { payment, invoiceId } = await paid()
    const { id } = await movement({ type: 'CHARGEBACK', of: invoiceId, amount: 40_000 })
    const lost: number[] = []
    for (const status of ['SUCCESS', 'REVERSED', 'SUCCESS']) {
      await change(id, { status })
      await agree()
      lost.push((await f.row(payment.id)).chargedBackIdr)
    }
    expect(lost).toEqual([40_000, 0, 40_000])
  })

  it('a posting whose line is booked by another posting is a difference, and a verb brings it to nothing', async () => {
    const { id } = await movement({ type: 'CHARGEBACK', amount: 22_000, reference_id: null })
    await agree()
    await f.laku.system((work) =>
      recordChargebacks(work, [{ transactionId: id, paymentId: null, amountIdr: 22_000 }]),
    )
    await f.laku.db
      .updateTable('chargebacks')
      .set({ providerTransactionId: null })
      .where('providerTransactionId', '=', id)
      .execute()
    expect(await differences()).toMatchObject([
      {
        kind: 'missing_there',
        oursIdr: -22_000,
        theirsIdr: 0,
        command: `laku suspense put chargeback:${id}`,
      },
    ])
    await f.laku.as(finance(), (work) => putPosting(work, `chargeback:${id}`))
    expect(await differences()).toEqual([])
    // The next reading links the line with the chargeback. Its posting counts as 0, so nothing changes.
    await agree()
    // A reported chargeback that was put into suspense is not taken for a line of the same amount.
    const { payment, invoiceId } = await paid()
    const told = { transactionId: 'told-and-put', paymentId: payment.id, amountIdr: 21_000 }
    await f.laku.as(finance(), (work) => recordChargeback(work, told))
    await f.laku.as(finance(), (work) => putPosting(work, 'chargeback:told-and-put'))
    await movement({ type: 'CHARGEBACK', of: invoiceId, amount: 21_000 })
    await agree()
    await f.laku.as(finance(), (work) =>
      disposeSuspense(work, payment.code, { to: 'reassigned', place: payment.id }),
    )
    expect((await f.row(payment.id)).chargedBackIdr).toBe(21_000)
    await agree()
  })

  it('a posting that was put into suspense although its line is there, or comes later, is a difference until its line is booked', async () => {
    const { payment } = await paid()
    const asked = { key: newId(), paymentId: payment.id, amountIdr: 30_000, reason: 'buyer_left' }
    await f.laku.system((work) => decideRefunds(work, [asked]))
    const [refund] = await f.refundsOf(payment.id)
    const { id, code } = refund as NonNullable<typeof refund>
    await submitRefunds(context(), [id])
    const [sent] = await f.refundsOf(payment.id)
    const answer = await gateway.getRefund(sent?.providerRefundId as string)
    await f.laku.system((work) => applyRefundAnswers(work, [{ ...answer, status: 'SUCCEEDED' }]))
    await f.settled()
    await agree()
    const before = await ours()
    for (const [key, theirsIdr, referenceId] of [
      [`payment:${payment.id}:confirmed`, 110_000, payment.code],
      [`refund:${id}:succeeded`, -30_000, `${code}-1`],
    ] as const) {
      expect(await refusal(requireMissingThere(context(), key))).toBe('suspense.posting_there')
      await f.laku.as(finance(), (work) => putPosting(work, key))
      const { transactions } = await gateway.listTransactions({ referenceId, limit: 1 })
      const command = `laku payments book ${transactions[0]?.id}`
      expect(await differences()).toMatchObject([{ kind: 'missing_here', oursIdr: 0, theirsIdr, command }])
      await bookLine({ ...context(), payouts: f.laku.providers.payouts }, transactions[0]?.id as string)
      await agree()
      const open = f.laku.db.selectFrom('suspenseItems').select('id').where('key', '=', `posting:${key}`)
      expect(await open.where('status', '=', 'cleared').execute()).toHaveLength(1)
    }
    expect(await ours()).toEqual(before)
    const young = await paid()
    expect(await refusal(requireMissingThere(context(), `payment:${young.payment.id}:confirmed`))).toBe(
      'suspense.posting_young',
    )
  })

  it('a second line of the same payment, refund or payout is a difference of its own, and a verb brings it to nothing', async () => {
    await agree()
    const { payment, invoiceId } = await paid({ channel: 'DANA' })
    const refund = {
      key: `twice:${payment.id}`,
      paymentId: payment.id,
      amountIdr: 30_000,
      reason: 'buyer_left',
    }
    await f.laku.system((work) => decideRefunds(work, [refund]))
    f.laku.clock.shift(901)
    await sweepRefunds(context())
    const [{ id: refundId } = { id: '' }] = (await f.book()).refunds.slice(-1)
    await f.force(refundId, { status: 'SUCCEEDED' })
    await f.laku.system(async (work) => applyRefundAnswers(work, [await gateway.getRefund(refundId)]))
    const before = await ours()
    // The first second line comes before laku read the first one, and is read on the same page.
    for (const [type, of, sum] of [
      ['PAYMENT', invoiceId, 110_000],
      ['REFUND', refundId, -30_000],
      ['PAYMENT', invoiceId, 110_000],
    ] as const) {
      const { id } = await movement({ type, of })
      expect(await differences()).toMatchObject(
        expect.arrayContaining([
          expect.objectContaining({ kind: 'missing_here', transactionId: id, theirsIdr: sum, oursIdr: 0 }),
        ]),
      )
      expect(await bookLine(context(), id)).toMatchObject({ became: 'suspended' })
      await agree()
      expect(await suspendedIdr(id)).toEqual([-sum])
    }
    expect((await ours())[0]).toBe((before[0] as number) + 190_000 - 1_832)
  })

  it('a second line whose older line was read before postings were claimed is booked as what moved, by the job too', async () => {
    await agree()
    const untilStale = async () => {
      await book()
      for (let i = 0; i < 3; i++) {
        f.laku.clock.shift(1_801)
        await book()
      }
    }
    /** Makes it so that the lines of these postings were read long ago, before postings were claimed. */
    const readLongAgo = async (of: string) => {
      for (let i = 0; i < 3; i++) {
        await book()
        f.laku.clock.shift(7_200)
        await f.age(7_200)
      }
      await query(f.laku.ownerUrl, `delete from provider_line_postings where key like '%${of}%'`)
    }
    const { payment, invoiceId } = await paid({ channel: 'DANA' })
    await readLongAgo(payment.id)
    const again = await movement({ type: 'PAYMENT', of: invoiceId, amount: 50_000 })
    await untilStale()
    expect(await suspendedIdr(again.id)).toEqual([-50_000])
    // A payout came back as a line of its own, and laku gave its money back when its webhook came.
    const [subjectId, product_id] = [newId(), 'disb-came-back']
    const key = (verb: string, id: string) => `settlement:${subjectId}:${verb}:${id}`
    const of = { kind: 'settlement.moved', subject: ['settlement', subjectId] as [string, string] }
    const payoutId = await f.laku.system(async (work) => {
      const destination = { channelCode: 'ID_BCA', accountNumber: '1234567890', accountHolderName: 'PT MAJU' }
      const asked = { key: 'STL-BACK-1', purpose: 'settlement', subjectId, destination } as const
      const id = await createPayout(work, {
        ...asked,
        owner: { factoryId: f.factoryId },
        amountIdr: 40_000,
      })
      for (const status of ['submitted', 'reversed'])
        await sql`
          update payouts set status = ${status}, provider_payout_id = ${product_id} where id = ${id}`.execute(
          work.tx,
        )
      const entries = [debit('adjustments', 40_000), credit('gateway', 40_000)]
      await post(work, [{ ...of, key: key('confirmed', id), entries }])
      return id
    })
    const line = { type: 'DISBURSEMENT', amount: 40_000, product_id, reference_id: 'STL-BACK-1', fee: 0 }
    const left = await movement({ ...line, cashflow: 'MONEY_OUT' })
    await readLongAgo(subjectId)
    await f.laku.system((work) => {
      const entries = [debit('gateway', 40_000), credit('adjustments', 40_000)]
      return post(work, [{ ...of, key: key('reversed', payoutId), entries }])
    })
    const back = await movement({ ...line, cashflow: 'MONEY_IN' })
    await untilStale()
    expect([await suspendedIdr(left.id), await suspendedIdr(back.id)]).toEqual([[], []])
    await agree()
  })

  it('after a restore, a payout and its money that came back in a line of its own are told together', async () => {
    await agree()
    const [subjectId, product_id] = [newId(), 'disb-back-after-restore']
    const line = { type: 'DISBURSEMENT', amount: 40_000, product_id, reference_id: 'STL-BACK-2', fee: 0 }
    const left = await movement({ ...line, cashflow: 'MONEY_OUT' })
    const back = await movement({ ...line, cashflow: 'MONEY_IN' })
    await book()
    // The provider's answer about the payout makes both postings; then nobody has claimed them yet.
    await f.laku.system(async (work) => {
      const destination = { channelCode: 'ID_BCA', accountNumber: '1234567890', accountHolderName: 'PT MAJU' }
      const asked = { key: 'STL-BACK-2', purpose: 'settlement', subjectId, destination } as const
      const id = await createPayout(work, { ...asked, owner: { factoryId: f.factoryId }, amountIdr: 40_000 })
      for (const status of ['submitted', 'reversed'])
        await sql`
          update payouts set status = ${status}, provider_payout_id = ${product_id} where id = ${id}`.execute(
          work.tx,
        )
      const of = { kind: 'settlement.moved', subject: ['settlement', subjectId] as [string, string] }
      const key = (verb: string) => `settlement:${subjectId}:${verb}:${id}`
      const [out, again] = [
        [debit('adjustments', 40_000), credit('gateway', 40_000)],
        [debit('gateway', 40_000), credit('adjustments', 40_000)],
      ]
      await post(work, [
        { ...of, key: key('confirmed'), entries: out ?? [] },
        { ...of, key: key('reversed'), entries: again ?? [] },
      ])
    })
    const adopting = { payout: async () => false, refunding: async () => {} }
    expect(await resolveKeptLines(context(), adopting)).toMatchObject({ followed: 2, suspended: 0 })
    expect([await suspendedIdr(left.id), await suspendedIdr(back.id)]).toEqual([[], []])
    await agree()
  })

  it('every difference that reconciling prints has a verb that brings it to nothing', async () => {
    await agree()
    const unheard = await paidAtProvider()
    const { invoiceId } = await paid()
    await movement({ type: 'CHARGEBACK', of: invoiceId })
    await movement({ type: 'WITHDRAWAL', amount: 5_000 })
    await movement({ type: 'ADJUSTMENT', amount: 6_000, cashflow: 'MONEY_IN' })
    await movement({ type: 'DISBURSEMENT', amount: 7_000, cashflow: 'MONEY_OUT', reference_id: 'foreign' })
    const { payment: twin } = await paid()
    const gone = await paid()
    const [line] = (await gateway.listTransactions({ referenceId: gone.payment.code, limit: 1 })).transactions
    await change(line?.id as string, { status: 'FAILED' })
    const other = await paid()
    await change(other.invoiceId, { amount: 100_000 })
    await f.laku.as(finance(), (work) =>
      recordChargeback(work, { transactionId: 'never-there', paymentId: twin.id, amountIdr: 1_000 }),
    )
    const found = await differences()
    const kinds = new Set(found.map((difference) => difference.kind))
    expect([...kinds].toSorted()).toEqual(['amount', 'fee', 'missing_here', 'missing_there'])
    for (const { command } of found) {
      const [, , verb, what] = command.split(' ') as [string, string, string, string]
      if (verb === 'book') await bookLine({ ...context(), payouts: f.laku.providers.payouts }, what)
      else if (verb === 'put') {
        await requireMissingThere(context(), what)
        await f.laku.as(finance(), (work) => putPosting(work, what))
      } else throw new Error(`no verb: ${command}`)
    }
    expect(await differences()).toEqual([])
    expect((await f.row(unheard.payment.id)).status).toBe('paid')
    // The chargeback that was never there is its buyer's matter, until their payment is without it.
    const open = () => f.laku.system(({ tx }) => openThings(tx, twin.userId))
    expect(await open()).toMatchObject({ suspense: 1 })
    await f.laku.as(finance(), (work) =>
      disposeSuspense(work, twin.code, { to: 'reassigned', place: twin.id }),
    )
    expect([(await f.row(twin.id)).chargedBackIdr, await open()]).toEqual([
      0,
      expect.not.objectContaining({ suspense: 1 }),
    ])
    expect(await differences()).toEqual([])
  })

  it('is proven once a day from where it was proven last, by one run of all processes', async () => {
    const run = () => runReconciliation(context(), { pauseMs: 0 })
    await agree()
    const both = await Promise.all([run(), run()])
    const [first] = both.filter((reconciliationRun) => reconciliationRun !== undefined)
    expect(both.filter((reconciliationRun) => reconciliationRun !== undefined)).toHaveLength(1)
    expect(first).toMatchObject({ differences: [] })
    expect(first?.provenThrough).toEqual(first?.until)
    f.laku.clock.shift(3_600)
    const next = await run()
    expect(next?.since).toEqual(first?.provenThrough)
    await f.laku.as(finance(), async (work) => {
      const { payment } = await paid()
      await recordChargeback(work, { transactionId: 'not-there', paymentId: payment.id, amountIdr: 1_000 })
    })
    f.laku.clock.shift(3_600)
    const third = await run()
    expect(third?.differences).toMatchObject([
      { kind: 'missing_there', command: 'laku suspense put chargeback:not-there' },
    ])
    expect(third?.provenThrough).toEqual(next?.provenThrough)
    expect(await f.attention()).toContain('books_differ xendit')
    await f.laku.as(finance(), (work) => putPosting(work, 'chargeback:not-there'))
    f.laku.clock.shift(60)
    expect((await run())?.differences).toEqual([])
    const open = f.laku.db.selectFrom('attention').select('id').where('kind', '=', 'books_differ')
    expect(await open.where('resolvedAt', 'is', null).execute()).toEqual([])
  })
})
