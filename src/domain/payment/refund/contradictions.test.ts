import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPaymentFixture, type PaymentFixture } from '../../../../test/payments.ts'
import { newId } from '../../kernel/index.ts'
import { claimRefunds } from '../claim-refunds.ts'
import { confirmPayments, decideRefunds, settleRefunds } from '../index.ts'

let f: PaymentFixture
beforeAll(async () => {
  f = await openPaymentFixture()
})
afterAll(async () => {
  expect(await f.broken()).toEqual([])
  await f.laku.close()
})

const ASKED = 40_000
const news = [
  ['SUCCEEDED', ASKED],
  ['FAILED', ASKED],
  ['SUCCEEDED', ASKED],
  ['SUCCEEDED', 39_000],
] as const

function* ordersOf<T>(items: readonly T[]): Generator<T[]> {
  if (items.length === 0) yield []
  for (const [i, one] of items.entries())
    for (const rest of ordersOf(items.filter((_, j) => j !== i))) yield [one, ...rest]
}

async function decided(): Promise<{ id: string; code: string }> {
  const { id: paymentId } = await f.payment()
  const paid = { paymentId, paidAmountIdr: 110_000, channel: 'DANA', invoiceId: newId() }
  await f.laku.system((work) => confirmPayments(work, [{ ...paid, paidAt: work.now }]))
  await f.laku.system((work) =>
    decideRefunds(work, [{ key: newId(), paymentId, amountIdr: ASKED, reason: 'buyer_left' }]),
  )
  const [refund] = await f.refundsOf(paymentId)
  return { id: refund?.id as string, code: refund?.code as string }
}

it('whatever is said of a refund in whatever order, with retries between, its books agree and the rest lies in suspense', async () => {
  for (const order of ordersOf(news)) {
    const before = await f.balance('gateway')
    const { id, code } = await decided()
    const refund = async () =>
      f.laku.db.selectFrom('refunds').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
    const left = new Map<string, number>()
    const say = async (attempt: number, status: 'SUCCEEDED' | 'FAILED', amountIdr: number) => {
      const answer = {
        id: `${code}-at-provider-${attempt}`,
        referenceId: `${code}-${attempt}`,
        status,
        amountIdr,
      }
      left.set(answer.id, status === 'SUCCEEDED' ? amountIdr : 0)
      await f.laku.system((work) => settleRefunds(work, [answer, answer]))
    }
    await f.laku.system((work) => claimRefunds(work, [id]))
    for (const [status, amountIdr] of order) {
      await say(1, status, amountIdr)
      f.laku.clock.shift(3_600)
      // What failed is sent again, and that succeeds.
      await f.laku.system((work) => claimRefunds(work, [id]))
      const { attempt, status: ours } = await refund()
      if (attempt === 2 && ours === 'submitted') await say(2, 'SUCCEEDED', ASKED)
    }
    const goneIdr = [...left.values()].reduce((sum, one) => sum + one, 0)
    expect([order, (await f.balance('gateway')) - before]).toEqual([order, 110_000 - goneIdr])
    expect(await refund()).toMatchObject({ status: 'succeeded' })
    const { rows } = await sql<{ held: number }>`
      select coalesce(sum(e.amount_idr), 0)::int8 as held from ledger_accounts a join ledger_entries e on e.account_id = a.id
      where a.key = ${`suspense:${code}`}`.execute(f.laku.db)
    expect([order, rows[0]?.held]).toEqual([order, goneIdr - ASKED])
  }
})
