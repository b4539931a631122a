import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin } from '../../../test/laku.ts'
import { openPaymentFixture, type PaymentFixture } from '../../../test/payments.ts'
import { finance } from '../../../test/wallets.ts'
import type { CommandDefinition, RawInput } from '../../cli/define/command.ts'
import { CommandContext } from '../../cli/define/context.ts'
import type { VerbGroup } from '../../cli/define/root.ts'
import type { Actor } from '../../domain/kernel/index.ts'
import { confirmPayments, openInvoice, releaseEscrow } from '../../domain/payment/index.ts'
import { verbs as refundVerbs } from '../refunds/verbs.ts'
import { verbs as suspenseVerbs } from '../suspense/verbs.ts'
import { verbs as walletVerbs } from '../wallets/verbs.ts'
import { verbs as paymentVerbs } from './verbs.ts'

const nouns: Record<string, readonly (CommandDefinition | VerbGroup)[]> = {
  payments: paymentVerbs,
  refunds: refundVerbs,
  suspense: suspenseVerbs,
  wallets: walletVerbs,
}

/** Returns the command of a path, such as `payments quarantine list`. */
function commandOf(path: string): CommandDefinition {
  const [noun = '', ...names] = path.split(' ')
  let within = nouns[noun] ?? []
  for (const name of names) {
    const found = within.find((verb) => verb.name === name)
    if (!found) throw new Error(`no command ${path}`)
    if ('execute' in found) return found
    within = found.verbs
  }
  throw new Error(`${path} is no command`)
}

describe('the commands of money', () => {
  let f: PaymentFixture
  beforeAll(async () => {
    f = await openPaymentFixture()
  })
  afterAll(async () => {
    expect(await f.broken()).toEqual([])
    await f.laku.close()
  })

  /** Runs a command. Returns the value that --json prints, and the exit code. */
  // biome-ignore lint/suspicious/noExplicitAny: what is printed has a shape a test knows
  const run = async (path: string, raw: RawInput = {}, actor: Actor = admin): Promise<any> => {
    const said = { stdout: '' }
    const streams = {
      stdout: { write: (text: string) => (said.stdout += text) },
      stderr: { write: () => true },
    }
    const context = new CommandContext({ json: true, yes: true }, { streams, laku: f.laku, actor })
    await commandOf(path).execute(context, raw)
    return JSON.parse(said.stdout)
  }
  const exitCode = () => {
    const code = process.exitCode
    process.exitCode = 0
    return code
  }
  const opened = async () => {
    const payment = await f.payment()
    const { unitOfWork, providers } = f.laku
    await openInvoice(
      { unitOfWork, actor: admin, gateway: providers.gateway, publicUrl: 'http://x' },
      payment.code,
    )
    const [invoice] = await providers.gateway.findInvoices(payment.code)
    return { payment, invoiceId: invoice?.id as string }
  }
  const reason = 'a test'

  it('ask the provider about a payment whose webhook was lost', async () => {
    const { payment, invoiceId } = await opened()
    expect(await run('payments sync', { payment: payment.code })).toMatchObject({ status: 'pending' })
    await f.pay(invoiceId)
    expect(await run('payments sync', { payment: payment.code })).toMatchObject({
      status: 'paid',
      refunds: [],
    })
    expect(await run('payments show', { payment: payment.code })).toMatchObject({
      status: 'paid',
      channel: 'DANA',
    })
    expect((await run('payments list', { status: 'paid' })).data).toHaveLength(1)
  })

  it('ask about a payment that expired here and was paid there', async () => {
    const { payment, invoiceId } = await opened()
    await f.pay(invoiceId)
    await f.laku.db.updateTable('payments').set({ status: 'expired' }).where('id', '=', payment.id).execute()
    expect(await run('payments sync', { payment: payment.id })).toMatchObject({ status: 'paid' })
  })

  it('read the provider’s book, and hold ours against it: 8 where they differ', async () => {
    const { invoiceId } = await opened()
    await f.pay(invoiceId)
    f.laku.clock.shift(3_600)
    const found = await run('payments reconcile')
    expect(found).toMatchObject({ ok: false })
    expect(found.differences.length).toBeGreaterThan(0)
    expect(exitCode()).toBe(8)
    const [payment] = (await run('payments list', { status: 'pending' })).data
    await run('payments sync', { payment: payment.code })
    expect(await run('payments sync')).toMatchObject({ complete: true, chargebacks: 0 })
    expect(await run('payments reconcile', { since: '-2h' })).toMatchObject({ ok: true, differences: [] })
    expect(exitCode()).toBe(0)
    // The provider's list has the line, so its posting may not be put into suspense and paid out from there.
    const posting = `payment:${payment.id}:confirmed`
    await expect(run('suspense put', { posting, reason })).rejects.toMatchObject({
      code: 'suspense.posting_young',
    })
    f.laku.clock.shift(3_600)
    await expect(run('suspense put', { posting, reason })).rejects.toMatchObject({
      code: 'suspense.posting_there',
    })
  })

  it('end a payment, at once where no link was opened, else by asking', async () => {
    const payment = await f.payment()
    expect(await run('payments expire', { payment: payment.code, reason })).toMatchObject({
      status: 'expired',
      asking: false,
    })
    await expect(run('payments expire', { payment: payment.code, reason })).rejects.toMatchObject({
      code: 'kernel.illegal_transition',
    })
    const { payment: open } = await opened()
    expect(await run('payments expire', { payment: open.code, reason })).toMatchObject({
      status: 'pending',
      asking: true,
    })
    expect(await f.events('payment.withdrawn', open.id)).toBe(1)
  })

  it('decide on money in quarantine, and book a chargeback once it was confirmed', async () => {
    const { payment, invoiceId } = await opened()
    await f.pay(invoiceId, { amount: 100_000 })
    await run('payments sync', { payment: payment.code })
    const [money] = (await run('payments quarantine list')).data
    expect(money).toMatchObject({ kind: 'wrong_amount', payment: payment.code, amount_idr: 100_000 })
    const dry = await run('payments quarantine apply', { money: money.id, dryRun: true })
    expect(dry.postings).toHaveLength(1)
    await run('payments quarantine apply', { money: money.id, reason })
    expect(await run('payments show', { payment: payment.code })).toMatchObject({ status: 'paid' })
    const loss = { payment: payment.code, transaction: 'cb-9', amount: '5000', reason }
    await expect(run('payments chargeback', { ...loss, confirm: 'PAY-WRONG' })).rejects.toMatchObject({
      code: 'cli.usage',
    })
    const book = (more: object) => run('payments chargeback', { ...loss, confirm: payment.code, ...more })
    expect(await book({})).toMatchObject({ fresh: true })
    expect(await book({ transaction: ' \uff43b-9\u200b' })).toMatchObject({ fresh: false })
    for (const transaction of [' cb-9', 'cb-9\u200b', 'CB-9', 'cb\u20119'])
      await expect(book({ transaction, amount: '6000' })).rejects.toMatchObject({
        code: 'payment.chargeback_known',
      })
    await expect(book({ transaction: ' \u200b' })).rejects.toMatchObject({
      code: 'cli.usage',
    })
  })

  it('refund, above a limit with a second person', async () => {
    const buyer = await f.buyer()
    const payment = await f.payment('invoice', buyer)
    const paidAt = f.laku.clock.now()
    const paid = {
      paymentId: payment.id,
      paidAmountIdr: 110_000,
      paidAt,
      channel: 'BCA',
      invoiceId: 'cli-refund',
    }
    await f.laku.system((work) => confirmPayments(work, [paid]))
    const items = [
      { orderItemId: payment.id, factoryId: f.factoryId, goodsIdr: 100_000, commissionIdr: 5_000 },
    ]
    const release = {
      ...buyer,
      paymentId: payment.id,
      paidIdr: 110_000,
      shippingIdr: 10_000,
      rebateIdr: 0,
      items,
    }
    await f.laku.system((work) => releaseEscrow(work, [release]))
    f.laku.policy.refundTwoPersonAboveIdr = 20_000
    const small = await run('refunds create', { payment: payment.code, amount: '5000', reason })
    expect(small).toMatchObject({ status: 'succeeded', destination: 'wallet', note: reason })
    const large = await run('refunds create', { payment: payment.code, amount: '30000', reason })
    expect((await run('refunds list', { status: 'requested' })).data).toMatchObject([{ code: large.code }])
    expect(await run('refunds approve', { refund: large.code }, finance())).toMatchObject({
      status: 'succeeded',
    })
    expect((await run('refunds show', { refund: large.code })).entries.length).toBeGreaterThan(1)
    f.laku.policy.refundTwoPersonAboveIdr = 1_000_000
    const wallet = await run('wallets show', { user: buyer.userId })
    expect(wallet).toMatchObject({ balance_idr: 35_000, refunded_idr: 35_000, held_idr: 0 })
    expect((await run('wallets entries', { user: buyer.userId })).data).toHaveLength(2)
  })

  it('give to a wallet, with the amount typed', async () => {
    const { userId } = await f.buyer()
    const give = { user: userId, change: '25000', reason }
    await expect(run('wallets adjust', give)).rejects.toMatchObject({ code: 'cli.unanswered' })
    expect(await run('wallets adjust', { ...give, confirm: '25000' })).toMatchObject({ status: 'posted' })
    const large = await run('wallets adjust', { ...give, change: '2000000', confirm: '2000000' })
    expect((await run('wallets adjustments list', { status: 'requested' })).data).toMatchObject([
      { id: large.id },
    ])
    expect(await run('wallets adjustments approve', { adjustment: large.id }, finance())).toMatchObject({
      status: 'posted',
    })
    expect((await run('wallets withdrawals list', { status: 'held' })).data).toEqual([])
  })
})
