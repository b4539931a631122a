import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { admin, system } from '../../../../test/laku.ts'
import { openPaymentFixture, type PaymentFixture, shortTimeoutGateway } from '../../../../test/payments.ts'
import { staff } from '../../../../test/staff.ts'
import type { Actor } from '../../kernel/index.ts'
import { escrow } from '../../ledger/index.ts'
import type { PaymentGateway } from '../gateway.ts'
import {
  type ApplyQuarantined,
  applyQuarantined,
  confirmInvoices,
  listQuarantined,
  openInvoice,
  refundQuarantined,
  sweepRefunds,
} from '../index.ts'

describe('money in quarantine', () => {
  let f: PaymentFixture
  let gateway: PaymentGateway
  beforeAll(async () => {
    f = await openPaymentFixture()
  })
  beforeEach(() => {
    gateway = shortTimeoutGateway(f.laku)
  })
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
  /** Makes a payment in review: this amount came in instead of 110,000. */
  const review = async (amount: number, channel = 'DANA') => {
    const payment = await f.payment()
    await openInvoice(context(), payment.code)
    const [invoice] = await gateway.findInvoices(payment.code)
    await f.pay(invoice?.id as string, { channel, amount })
    const read = await gateway.getInvoice(invoice?.id as string)
    await f.laku.system((work) => confirmInvoices(work, [read]))
    return { payment, id: await idOf(read.id) }
  }
  const idOf = async (invoiceId: string) => {
    const rows = f.laku.db
      .selectFrom('quarantinedMoney')
      .select('id')
      .where('providerInvoiceId', '=', invoiceId)
    return (await rows.executeTakeFirstOrThrow()).id
  }
  /** Makes money on an invoice that is not ours. */
  const unknown = async (channel = 'DANA') => {
    const made = await gateway.createInvoice({
      externalId: `X-${Math.random()}`,
      amountIdr: 70_000,
      expiresInS: 600,
      description: 'not ours',
      payer: {},
    })
    await f.pay(made.id, { channel })
    const read = await gateway.getInvoice(made.id)
    await f.laku.system((work) => confirmInvoices(work, [read]))
    return idOf(made.id)
  }
  const apply = (input: ApplyQuarantined, actor: Actor = admin) =>
    f.laku.as(actor, (work) => applyQuarantined(work, input))
  const refund = (id: string) => f.laku.as(admin, (work) => refundQuarantined(work, { id }))
  const settle = async () => {
    for (const seconds of [61, 901]) {
      f.laku.clock.shift(seconds)
      await sweepRefunds(context())
      await f.settled()
    }
  }

  it('pays its payment when staff accept it, and the company takes on what is missing', async () => {
    const { payment, id } = await review(100_000)
    const before = { escrow: await f.balance(escrow(f.sessionId)), subsidy: await f.balance('subsidy') }
    expect(await apply({ id })).toMatchObject({ to: 'payment', status: 'applied' })
    expect(await f.row(payment.id)).toMatchObject({ status: 'paid', paidAmountIdr: 100_000 })
    expect(await f.balance(escrow(f.sessionId))).toBe(before.escrow + 110_000)
    expect(await f.balance('subsidy')).toBe(before.subsidy + 10_000)
    expect(await f.events('payment.paid', payment.id)).toBe(1)
    await expect(apply({ id })).rejects.toMatchObject({ code: 'payment.quarantine_decided' })
  })

  it('pays its payment when too much came, and the rest is in the wallet', async () => {
    const { payment, id } = await review(150_000)
    await apply({ id })
    expect(await f.balance(`wallet:${payment.userId}`)).toBe(40_000)
    expect((await f.row(payment.id)).status).toBe('paid')
  })

  it('is not accepted where more is missing than staff may give away', async () => {
    const { payment, id } = await review(10_000)
    f.laku.policy.refundTwoPersonAboveIdr = 50_000
    await expect(apply({ id })).rejects.toMatchObject({ code: 'payment.shortfall_too_large' })
    f.laku.policy.refundTwoPersonAboveIdr = 1_000_000
    expect((await f.row(payment.id)).status).toBe('review')
    await refund(id)
    await settle()
  })

  it('goes back to its source, and its payment is refunded only when the provider says so', async () => {
    const { payment, id } = await review(100_000)
    const before = await f.balance('gateway')
    expect(await refund(id)).toMatchObject({ to: 'source' })
    expect((await f.row(payment.id)).status).toBe('review')
    expect(await f.events('payment.failed', payment.id)).toBe(1)
    await settle()
    expect(await f.row(payment.id)).toMatchObject({ status: 'refunded', refundedIdr: 0 })
    expect(await f.balance('gateway')).toBe(before - 100_000)
    expect(await f.events('refund.succeeded', payment.id)).toBe(1)
  })

  it('goes to the wallet where the channel takes nothing back', async () => {
    const { payment, id } = await review(120_000, 'BCA')
    expect(await refund(id)).toMatchObject({ to: 'wallet' })
    expect(await f.balance(`wallet:${payment.userId}`)).toBe(120_000)
    expect((await f.row(payment.id)).status).toBe('refunded')
  })

  it('of an unknown invoice goes to a payment, to a wallet, or back to its source', async () => {
    const buyer = await f.buyer()
    expect(await apply({ id: await unknown('BCA'), wallet: { userId: buyer.userId } })).toMatchObject({
      userId: buyer.userId,
    })
    expect(await f.balance(`wallet:${buyer.userId}`)).toBe(70_000)
    const payment = await f.payment()
    const id = await unknown()
    await expect(apply({ id })).rejects.toMatchObject({ code: 'payment.no_payment' })
    // If other money waits in quarantine for a payment, that money must be decided first.
    const waiting = await review(100_000)
    const toWaiting = apply({ id, paymentId: waiting.payment.id })
    await expect(toWaiting).rejects.toMatchObject({ code: 'payment.not_payable' })
    await apply({ id: waiting.id, wallet: 'buyer' })
    await apply({ id, paymentId: payment.id })
    expect((await f.row(payment.id)).status).toBe('paid')
    await expect(refund(await unknown('BCA'))).rejects.toMatchObject({ code: 'payment.no_source' })
    await refund(await unknown())
    const inFlight = await f.balance('refunds-payable')
    await settle()
    expect(await f.balance('refunds-payable')).toBe(inFlight - 70_000)
    expect(await f.balance('refunds-in-flight')).toBe(0)
  })

  it('is decided once, whoever decides at the same time', async () => {
    const { id } = await review(100_000)
    const tries = await Promise.allSettled([
      apply({ id }),
      refund(id),
      apply({ id, wallet: 'buyer' }),
      refund(id),
    ])
    expect(tries.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
    await settle()
  })

  it('is decided by finance, nobody else, and is listed until then', async () => {
    const { id } = await review(100_000)
    const support = staff('support')
    await expect(apply({ id }, support)).rejects.toMatchObject({ code: 'kernel.forbidden' })
    const list = (all: boolean) => f.laku.system((work) => listQuarantined(work.tx, { all, limit: 100 }))
    expect((await list(false)).data.map((quarantinedLine) => quarantinedLine.id)).toContain(id)
    await apply({ id })
    expect((await list(false)).data.map((quarantinedLine) => quarantinedLine.id)).not.toContain(id)
    expect((await list(true)).data.map((quarantinedLine) => quarantinedLine.id)).toContain(id)
  })
})

describe('an invoice that the provider refuses for good', () => {
  it('ends its payment, and what it pays for is told', async () => {
    const f = await openPaymentFixture()
    const payment = await f.payment()
    const context = {
      unitOfWork: f.laku.unitOfWork,
      actor: system,
      gateway: shortTimeoutGateway(f.laku),
      publicUrl: 'http://x',
    }
    await f.faults({
      provider: 'xendit',
      operation: 'createInvoice',
      kind: 'refuse',
      code: 'MAXIMUM_TRANSFER_AMOUNT_ERROR',
      times: 1,
    })
    await expect(openInvoice(context, payment.code)).rejects.toMatchObject({
      code: 'payment.invoice_refused_for_good',
    })
    expect((await f.row(payment.id)).status).toBe('failed')
    expect(await f.events('payment.failed', payment.id)).toBe(1)
    await f.laku.close()
  })
})
