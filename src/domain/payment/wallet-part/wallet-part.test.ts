import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { admin, system } from '../../../../test/laku.ts'
import { openPaymentFixture, type PaymentFixture, shortTimeoutGateway } from '../../../../test/payments.ts'
import { refusal } from '../../../../test/storefront.ts'
import { finance, good } from '../../../../test/wallets.ts'
import { openThings } from '../../composition/privacy/open-things.ts'
import { erasePerson } from '../../composition/privacy/privacy.ts'
import { newId } from '../../kernel/index.ts'
import { escrow, paymentHold } from '../../ledger/index.ts'
import { adjustWallet, requestWithdrawal, walletView } from '../../wallet/index.ts'
import type { PaymentGateway } from '../gateway.ts'
import {
  applyQuarantined,
  cancelPayments,
  confirmInvoices,
  confirmPayments,
  endPayment,
  openInvoice,
  recordChargeback,
  refundQuarantined,
  sweepPayments,
} from '../index.ts'

describe('issue 11, case 17: 5,000 in a wallet can be spent', () => {
  let f: PaymentFixture
  let gateway: PaymentGateway
  beforeAll(async () => {
    f = await openPaymentFixture()
  })
  beforeEach(() => {
    gateway = shortTimeoutGateway(f.laku)
  })
  afterEach(async () => {
    await f.faults()
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
  /** Makes a buyer with this much in the wallet, and their payment of 110,000. */
  const parted = async (walletIdr = 5_000, askedIdr?: number) => {
    const buyer = await f.buyer()
    await f.fillWallet(buyer.userId, walletIdr)
    return await f.payment('wallet+invoice', buyer, askedIdr)
  }
  const wallet = (userId: string) => f.balance(`wallet:${userId}`)
  const held = (id: string) => f.balance(paymentHold(id))
  const where = async ({ id, userId }: { id: string; userId: string }) => ({
    status: (await f.row(id)).status,
    walletIdr: await wallet(userId),
    heldIdr: await held(id),
  })
  const opened = async (code: string) => {
    await openInvoice(context(), code)
    const [invoice] = await gateway.findInvoices(code)
    return invoice as NonNullable<typeof invoice>
  }
  const hear = async (invoiceId: string) => {
    const read = await gateway.getInvoice(invoiceId)
    await f.laku.system((work) => confirmInvoices(work, [read]))
  }
  const say = (paymentId: string, paidAmountIdr: number, invoiceId: string = newId()) =>
    f.laku.system(async (work) => {
      const said = { paymentId, paidAmountIdr, paidAt: work.now, channel: 'DANA', invoiceId }
      return (await confirmPayments(work, [said]))[0]?.outcome
    })
  const unapplied = async (paymentId: string) =>
    (
      await f.laku.db
        .selectFrom('quarantinedMoney')
        .select('id')
        .where('paymentId', '=', paymentId)
        .executeTakeFirstOrThrow()
    ).id
  const after = async (seconds: number) => {
    f.laku.clock.shift(seconds)
    await sweepPayments(context())
  }

  it('it is held at once, an invoice is made of the rest, and with its money all of it is in escrow', async () => {
    const [escrowIdr, gatewayIdr] = [await f.balance(escrow(f.sessionId)), await f.balance('gateway')]
    const payment = await parted()
    expect(payment).toMatchObject({
      amountIdr: 110_000,
      walletIdr: 5_000,
      method: 'invoice',
      status: 'pending',
    })
    expect(await where(payment)).toEqual({ status: 'pending', walletIdr: 0, heldIdr: 5_000 })
    const view = await f.laku.as({ kind: 'customer', id: payment.userId }, walletView)
    expect(view).toEqual({ balanceIdr: 0, heldIdr: 5_000 })
    const invoice = await opened(payment.code)
    expect(invoice.amountIdr).toBe(105_000)
    await f.pay(invoice.id)
    await hear(invoice.id)
    await hear(invoice.id)
    expect(await where(payment)).toEqual({ status: 'paid', walletIdr: 0, heldIdr: 0 })
    expect(await f.row(payment.id)).toMatchObject({ walletIdr: 5_000, paidAmountIdr: 110_000 })
    expect((await f.balance(escrow(f.sessionId))) - escrowIdr).toBe(110_000)
    expect((await f.balance('gateway')) - gatewayIdr).toBe(105_000)
    expect(await f.events('payment.paid', payment.id)).toBe(1)
  })

  it('the wallet leaves the least that the provider makes an invoice of', async () => {
    const payment = await parted(105_000)
    expect(payment.walletIdr).toBe(100_000)
    expect(await wallet(payment.userId)).toBe(5_000)
    expect((await opened(payment.code)).amountIdr).toBe(10_000)
  })

  it('a wallet that holds all of it pays all of it', async () => {
    const payment = await parted(110_000)
    expect(payment).toMatchObject({ method: 'wallet', status: 'paid', walletIdr: 110_000 })
    expect(await f.events('payment.paid', payment.id)).toBe(1)
  })

  it('a sum that is named is taken as it is, or refused with what works', async () => {
    expect((await parted(50_000, 20_000)).walletIdr).toBe(20_000)
    expect((await parted(110_000, 110_000)).status).toBe('paid')
    const tried = async (walletIdr: number, askedIdr: number | undefined) =>
      await parted(walletIdr, askedIdr).catch((error: { code: string; details: object }) => ({
        code: error.code,
        ...error.details,
      }))
    expect(await tried(5_000, 5_001)).toMatchObject({
      code: 'wallet.insufficient_balance',
      balanceIdr: 5_000,
      neededIdr: 5_001,
    })
    expect(await tried(200_000, 110_001)).toMatchObject({ code: 'payment.wallet_part_above_price' })
    expect(await tried(109_999, 100_001)).toMatchObject({
      code: 'payment.rest_below_invoice_minimum',
      restIdr: 9_999,
      minimumIdr: 10_000,
      mostWalletIdr: 100_000,
    })
    expect(await refusal(f.payment('wallet+invoice', await f.buyer()))).toBe('payment.no_wallet_part')
  })

  describe('it is in the wallet again when the invoice comes to nothing', () => {
    const free = (status: string) => ({ status, walletIdr: 5_000, heldIdr: 0 })

    it('whose link was never opened', async () => {
      const payment = await parted()
      await after(3601)
      expect(await where(payment)).toEqual(free('expired'))
    })

    it('that ran out at the provider', async () => {
      const payment = await parted()
      const invoice = await opened(payment.code)
      await gateway.expireInvoice(invoice.id)
      await hear(invoice.id)
      expect(await where(payment)).toEqual(free('expired'))
    })

    it('that nobody waits for any more, once the provider has closed it', async () => {
      const payment = await parted()
      await opened(payment.code)
      await f.laku.as(admin, (work) => endPayment(work, { payment: payment.code }))
      expect(await where(payment)).toEqual({ status: 'pending', walletIdr: 0, heldIdr: 5_000 })
      await cancelPayments(context(), [payment.id])
      expect(await where(payment)).toEqual(free('expired'))
      const unopened = await parted()
      await f.laku.as(admin, (work) => endPayment(work, { payment: unopened.code }))
      expect(await where(unopened)).toEqual(free('expired'))
    })

    it('that was paid in the very moment in which it was withdrawn: then it is spent', async () => {
      const payment = await parted()
      const invoice = await opened(payment.code)
      await f.laku.as(admin, (work) => endPayment(work, { payment: payment.code }))
      await f.pay(invoice.id)
      await cancelPayments(context(), [payment.id])
      expect(await where(payment)).toEqual({ status: 'paid', walletIdr: 0, heldIdr: 0 })
    })

    it('that the provider refuses for good', async () => {
      const payment = await parted()
      await f.faults({
        provider: 'xendit',
        operation: 'createInvoice',
        kind: 'refuse',
        code: 'MAXIMUM_TRANSFER_AMOUNT_ERROR',
        times: 1,
      })
      expect(await refusal(openInvoice(context(), payment.code))).toBe('payment.invoice_refused_for_good')
      expect(await where(payment)).toEqual(free('failed'))
    })

    it.each([
      ['sent back', (id: string) => f.laku.as(finance(), (work) => refundQuarantined(work, { id }))],
      [
        'given to the wallet',
        (id: string) => f.laku.as(finance(), (work) => applyQuarantined(work, { id, wallet: 'buyer' })),
      ],
    ])('paid with another amount, which is %s', async (_, decide) => {
      const payment = await parted()
      expect(await say(payment.id, 110_000)).toBe('review')
      expect(await where(payment)).toEqual({ status: 'review', walletIdr: 0, heldIdr: 5_000 })
      expect(await f.laku.system(({ tx }) => openThings(tx, payment.userId))).toMatchObject({ payments: 1 })
      const { to } = await decide(await unapplied(payment.id))
      expect(await held(payment.id)).toBe(0)
      expect(await wallet(payment.userId)).toBe(to === 'wallet' ? 115_000 : 5_000)
    })
  })

  it('of another amount that staff accept it is spent, and what is missing or too much is of the rest', async () => {
    const less = await parted()
    await say(less.id, 104_000)
    const apply = async (id: string) => f.laku.as(finance(), (work) => applyQuarantined(work, { id }))
    await apply(await unapplied(less.id))
    expect(await where(less)).toEqual({ status: 'paid', walletIdr: 0, heldIdr: 0 })
    expect(await f.row(less.id)).toMatchObject({ paidAmountIdr: 109_000, walletIdr: 5_000 })
    const more = await parted()
    await say(more.id, 107_000)
    await apply(await unapplied(more.id))
    expect(await where(more)).toEqual({ status: 'paid', walletIdr: 2_000, heldIdr: 0 })
  })

  describe('paid after its time', () => {
    const late = async () => {
      const payment = await parted()
      await after(3601)
      return payment
    }

    it('it is taken out of the wallet again, as of any payment that came late', async () => {
      const payment = await late()
      expect(await say(payment.id, 105_000)).toBe('late')
      expect(await where(payment)).toEqual({ status: 'paid', walletIdr: 0, heldIdr: 0 })
    })

    it('with the wallet empty by then a person decides of what came, and nobody has anything twice', async () => {
      const payment = await late()
      await f.laku.as(finance(), (work) =>
        adjustWallet(work, {
          userId: payment.userId,
          changeIdr: -5_000,
          kind: 'correction',
          reason: 'spent',
        }),
      )
      expect(await say(payment.id, 105_000)).toBe('review')
      expect(await f.attention()).toContain(`payment_wrong_amount ${payment.id}`)
      const { to } = await f.laku.as(finance(), async (work) =>
        refundQuarantined(work, { id: await unapplied(payment.id) }),
      )
      expect(to).toBe('source')
      expect(await wallet(payment.userId)).toBe(0)
    })

    it('or staff put it on the payment, and the company takes on what is missing', async () => {
      const payment = await late()
      const next = { userId: payment.userId, changeIdr: -5_000, kind: 'correction', reason: 'spent' } as const
      await f.laku.as(finance(), (work) => adjustWallet(work, next))
      await say(payment.id, 105_000)
      const subsidyIdr = await f.balance('subsidy')
      const id = await unapplied(payment.id)
      await f.laku.as(finance(), (work) => applyQuarantined(work, { id }))
      expect((await f.balance('subsidy')) - subsidyIdr).toBe(5_000)
      expect(await f.row(payment.id)).toMatchObject({ status: 'paid', walletIdr: 0, paidAmountIdr: 105_000 })
    })
  })

  describe('it is spent once', () => {
    const outcomes = async (...tries: Promise<unknown>[]) =>
      (await Promise.allSettled(tries)).map((result) =>
        result.status === 'fulfilled' ? 'ok' : result.reason.code,
      )

    it('by two payments at once', async () => {
      const buyer = await f.buyer()
      await f.fillWallet(buyer.userId, 5_000)
      const other = { ...(await f.buyer()), userId: buyer.userId }
      const both = await outcomes(
        f.payment('wallet+invoice', buyer, 5_000),
        f.payment('wallet+invoice', other, 5_000),
      )
      expect(both.sort()).toEqual(['ok', 'wallet.insufficient_balance'])
      expect(await wallet(buyer.userId)).toBe(0)
    })

    it('or by a withdrawal or a correction in the same moment', async () => {
      const buyer = await f.buyer()
      await f.fillWallet(buyer.userId, 20_000)
      const { userId } = buyer
      const otpVerifiedAt = f.laku.clock.now()
      const all = await outcomes(
        f.payment('wallet+invoice', buyer, 20_000),
        f.laku.as({ kind: 'customer', id: userId }, (work) =>
          requestWithdrawal(work, { amountIdr: 17_500, bank: good, otpVerifiedAt }),
        ),
        f.laku.as(finance(), (work) =>
          adjustWallet(work, { userId, changeIdr: -20_000, kind: 'correction', reason: 'a test' }),
        ),
      )
      expect(all.filter((item) => item === 'ok')).toHaveLength(1)
      expect(await wallet(userId)).toBe(0)
    })

    it('by its invoice’s money and its end at once: whichever is first', async () => {
      const payment = await parted()
      const invoiceId = newId()
      await outcomes(
        say(payment.id, 105_000, invoiceId),
        f.laku.as(admin, (work) => endPayment(work, { payment: payment.code })),
        say(payment.id, 105_000, invoiceId),
      )
      expect(await where(payment)).toEqual({ status: 'paid', walletIdr: 0, heldIdr: 0 })
    })
  })

  it('a card’s issuer takes back no more than came by the invoice', async () => {
    const payment = await parted(30_000)
    await say(payment.id, 80_000)
    const tell = (amountIdr: number) =>
      f.laku.as(finance(), (work) =>
        recordChargeback(work, { transactionId: newId(), paymentId: payment.id, amountIdr }),
      )
    expect(await refusal(tell(80_001))).toBe('payment.not_refundable')
    expect(await refusal(tell(80_000))).toBe('ok')
  })

  it('its owner cannot be erased while it is held', async () => {
    const payment = await parted()
    const { userId } = payment
    expect(await refusal(f.laku.as(admin, (work) => erasePerson(work, { userId })))).toBe('user.still_open')
  })
})
