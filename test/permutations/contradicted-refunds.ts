import { sql } from 'kysely'
import { expect } from 'vitest'
import { runChecks } from '../../src/domain/kernel/index.ts'
import { walletAccount } from '../../src/domain/ledger/index.ts'
import {
  applyRefundAnswers,
  confirmInvoices,
  decideRefunds,
  openInvoice,
  retryRefund,
  submitRefunds,
  sweepRefunds,
} from '../../src/domain/payment/index.ts'
import { suspenseChecks } from '../../src/domain/suspense/index.ts'
import { ensureWallets } from '../../src/domain/wallet/index.ts'
import { system } from '../laku.ts'
import { type PaymentFixture, shortTimeoutGateway } from '../payments.ts'
import { finance } from '../wallets.ts'
import { type Asked, expectReadAlike, leftIdr, RETRY_AFTER_S, whereAllowed } from './contradicted.ts'
import { several } from './world.ts'

const PAID_IDR = 110_000
const ASKED_IDR = 40_000

/** Refunds of a part of payments that buyers made at the provider's page. They go back to the source. */
export function refundsAt(f: PaymentFixture): Asked & { paidIdr(): number } {
  const { laku } = f
  const gateway = shortTimeoutGateway(laku)
  const context = { unitOfWork: laku.unitOfWork, actor: system, gateway, publicUrl: 'http://laku.test' }
  const buyers = new Map<string, string>()
  let paid = 0

  async function decided() {
    const buyer = await f.buyer()
    await laku.system((work) => ensureWallets(work, [buyer.userId]))
    const payment = await f.payment('invoice', buyer)
    await openInvoice(context, payment.code)
    const [invoice] = await gateway.findInvoices(payment.code)
    await f.pay(invoice?.id as string)
    const read = await gateway.getInvoice(invoice?.id as string)
    await laku.system((work) => confirmInvoices(work, [read]))
    paid++
    const refund = { key: payment.id, paymentId: payment.id, amountIdr: ASKED_IDR, reason: 'buyer_left' }
    await laku.system((work) => decideRefunds(work, [refund]))
    const { id, code } = (await f.refundsOf(payment.id))[0] ?? expect.fail('no refund')
    buyers.set(id, buyer.userId)
    return { id, code }
  }

  return {
    askedIdr: ASKED_IDR,
    otherIdr: 30_000,
    async begin(count) {
      // An accepted refund stays pending until the test sets its outcome.
      await f.refundOutcome('PENDING')
      const subjects = await several(Array.from({ length: count }), decided)
      await f.faults({
        provider: 'xendit',
        operation: 'createRefund',
        kind: 'commit_then_timeout',
        times: count,
      })
      await submitRefunds(
        context,
        subjects.map((subject) => subject.id),
      )
      return subjects
    },
    atProvider: async () => (await f.book()).refunds,
    force: (id, told) => f.force(id, told),
    async hear(ids) {
      const answers = await several(ids, (id) => gateway.getRefund(id))
      // The answers are given twice, as by two deliveries of one webhook.
      await laku.system((work) => applyRefundAnswers(work, [...answers, ...answers]))
    },
    send: (subjects) =>
      submitRefunds(
        context,
        subjects.map((subject) => subject.id),
      ),
    async tryAgain(subjects) {
      laku.clock.shift(RETRY_AFTER_S)
      await sweepRefunds(context)
      for (const { id } of subjects)
        await whereAllowed(laku.as(finance(), (work) => retryRefund(work, { refund: id })))
      await sweepRefunds(context)
    },
    async has({ id }) {
      const walletIdr = await f.balance(walletAccount(buyers.get(id) as string))
      // Money that was decided and posted is owed until it is sent back or put into the wallet.
      const { rows } = await sql<{ owedIdr: number }>`
        select coalesce(-sum(e.amount_idr), 0)::int8 as owed_idr
        from ledger_transactions t join ledger_entries e on e.transaction_id = t.id join ledger_accounts a on a.id = e.account_id
        where t.subject_id = ${id} and a.key in ('refunds-payable', 'refunds-in-flight')`.execute(laku.db)
      const owedIdr = rows[0]?.owedIdr ?? 0
      return { byProviderIdr: ASKED_IDR - walletIdr - owedIdr, walletIdr, owedIdr }
    },
    suspenseIdr: ({ code }) => f.balance(`suspense:${code}`),
    paidIdr: () => paid * PAID_IDR,
  }
}

/**
 * Checks after all histories that the gateway account agrees with the provider's whole list, and that all
 * invariants hold.
 */
export async function expectRefundsAgreed(
  f: PaymentFixture,
  { atProvider, paidIdr }: ReturnType<typeof refundsAt>,
): Promise<void> {
  const { unitOfWork, providers } = f.laku
  await expectReadAlike(f.laku, {
    unitOfWork,
    actor: system,
    gateway: providers.gateway,
    payouts: providers.payouts,
  })
  const feesIdr = await f.balance('gateway-fees')
  expect((await f.balance('gateway')) + feesIdr).toBe(paidIdr() - leftIdr(await atProvider()))
  const results = await f.laku.system((work) => runChecks(suspenseChecks, work.tx, f.laku.vault))
  expect([...(await f.broken()), ...results.filter((checkResult) => !checkResult.ok)]).toEqual([])
}
