import { afterAll, beforeAll, expect, it } from 'vitest'
import { system } from '../../../../test/laku.ts'
import { openPaymentFixture, type PaymentFixture, shortTimeoutGateway } from '../../../../test/payments.ts'
import { newId } from '../../kernel/index.ts'
import { confirmInvoices, decideRefunds, openInvoice, submitRefunds, sweepRefunds } from '../index.ts'

const REFUNDS = Number(process.env.LAKU_LOST_REFUNDS ?? 200)
const LAG_S = 600

let f: PaymentFixture
beforeAll(async () => {
  f = await openPaymentFixture()
})
afterAll(async () => {
  expect(await f.broken()).toEqual([])
  await f.laku.close()
})

it.each(['honoured', 'ignored'])(
  'of so many lost answers each is one refund, where lists lag and the key is %s',
  async (key) => {
    await f.profile({ 'xendit.refund-key': key })
    const gateway = shortTimeoutGateway(f.laku)
    const context = { unitOfWork: f.laku.unitOfWork, actor: system, gateway, publicUrl: 'http://laku.test' }
    const ids: string[] = []
    for (let i = 0; i < REFUNDS; i++) {
      const payment = await f.payment()
      await openInvoice(context, payment.code)
      const [invoice] = await gateway.findInvoices(payment.code)
      await f.pay(invoice?.id as string)
      const read = await gateway.getInvoice(invoice?.id as string)
      await f.laku.system((work) => confirmInvoices(work, [read]))
      const decision = { key: newId(), paymentId: payment.id, amountIdr: 40_000, reason: 'buyer_left' }
      await f.laku.system((work) => decideRefunds(work, [decision]))
      ids.push((await f.refundsOf(payment.id))[0]?.id as string)
    }
    await f.lists(LAG_S)
    await f.faults({ provider: 'xendit', operation: 'createRefund', kind: 'commit_then_timeout' })
    await submitRefunds(context, ids)
    await f.faults()
    for (let i = 0; i < 20; i++) {
      f.laku.clock.shift(450)
      await f.age(450)
      for (let runs = 0; runs < Math.ceil(REFUNDS / 50); runs++) await sweepRefunds(context)
      await f.settled()
    }
    const rows = await f.laku.db
      .selectFrom('refunds')
      .select(['code', 'status'])
      .where('id', 'in', ids)
      .execute()
    expect(rows.filter((row) => row.status !== 'succeeded')).toEqual([])
    const made = Map.groupBy((await f.book()).refunds, (refund) => refund.reference_id)
    expect(rows.filter(({ code }) => made.get(`${code}-1`)?.length !== 1)).toEqual([])
    await f.lists(0)
  },
  600_000,
)
