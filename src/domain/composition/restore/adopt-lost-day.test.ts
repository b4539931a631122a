import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { backUp } from '../../../../test/backup.ts'
import { sandboxControl } from '../../../../test/control.ts'
import { giveGoodwill } from '../../../../test/goodwill.ts'
import { admin, openTestLaku, someone, system, type TestLaku } from '../../../../test/laku.ts'
import type { Buyer } from '../../../../test/market.ts'
import { shortTimeoutGateway } from '../../../../test/payments.ts'
import { MUCH_IDR, shortTimeoutPayouts } from '../../../../test/payouts.ts'
import { customer, Storefront } from '../../../../test/storefront.ts'
import { good, waits } from '../../../../test/wallets.ts'
import { databaseDoubt, recordDatabaseIdentity, runChecks } from '../../kernel/index.ts'
import { balanceIdr, walletAccount } from '../../ledger/index.ts'
import { liveShipment, sweepTracking } from '../../logistics/index.ts'
import type { BankAccount } from '../../ops/index.ts'
import type { NewOrder } from '../../order/index.ts'
import {
  applyRefundAnswers,
  confirmInvoices,
  createRefund,
  disposeSuspense,
  getRefund,
  openInvoice,
  readProviderBook,
  reconcileGateway,
  submitRefunds,
  sweepRefunds,
} from '../../payment/index.ts'
import { submitPayouts, sweepPayouts } from '../../payout/index.ts'
import {
  adjustWallet,
  getWithdrawal,
  requestWithdrawal,
  retryWithdrawal,
  sweepWithdrawals,
} from '../../wallet/index.ts'
import { bookChecks } from '../invariants.ts'
import { type AdoptContext, adoptProvider } from './adopt-provider.ts'

const PLACE = 'db.example/laku'
const FEE_IDR = 2_500
const finance = someone({ name: 'fin', role: 'finance', reason: 'restored the backup' })

let laku: TestLaku
let shop: Storefront
let context: AdoptContext
let control: ReturnType<typeof sandboxControl>
beforeAll(async () => {
  laku = await openTestLaku({
    sandbox: true,
    floatIdr: MUCH_IDR,
    policy: { withdrawalFeeIdr: FEE_IDR, refundTwoPersonAboveIdr: MUCH_IDR, aloneDayIdr: 1_000_000 },
  })
  shop = await Storefront.open(laku)
  await shop.market.addStock(100)
  control = sandboxControl(laku)
  await control('PUT', '/webhooks', { drop_rate: 1 })
  const payouts = shortTimeoutPayouts(laku)
  context = {
    unitOfWork: laku.unitOfWork,
    actor: finance,
    gateway: shortTimeoutGateway(laku),
    payouts,
    place: PLACE,
  }
  await laku.system((work) => recordDatabaseIdentity(work, PLACE))
})
afterAll(() => laku.close())

const at = () => ({ ...context, actor: system, publicUrl: 'http://laku.test' })
const wallet = (buyer: Buyer) => laku.system((work) => balanceIdr(work.tx, walletAccount(buyer.id)))
/** Pays an invoice by DANA at the provider, and lets laku read the invoice. */
const payInvoice = async (code: string) => {
  await openInvoice(at(), code)
  const [invoice] = await context.gateway.findInvoices(code)
  const response = await fetch(`${laku.sandbox.url}/xendit/pay/${invoice?.id}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ channel: 'DANA' }),
  })
  expect(response.ok).toBe(true)
  const paid = await context.gateway.getInvoice(invoice?.id as string)
  await laku.system((work) => confirmInvoices(work, [paid]))
}
const ordered = async (buyer: Buyer, more: Partial<NewOrder> = {}) => {
  const placed = await shop.order(buyer, 1, more)
  await payInvoice(placed.payment.code)
  return placed
}
const sendRefunds = async () => {
  const { rows } = await sql<{ id: string }>`select id from refunds where status = 'approved'`.execute(
    laku.db,
  )
  await submitRefunds(
    at(),
    rows.map((row) => row.id),
  )
  // The sandbox ends a refund a moment after it accepted it.
  await laku.sandbox.settleWebhooks()
  laku.clock.shift(1_000)
  await sweepRefunds(at())
}
const sendPayouts = async () => {
  await sweepWithdrawals({ unitOfWork: laku.unitOfWork, actor: system })
  const { rows } = await sql<{ id: string }>`select id from payouts where status = 'created'`.execute(laku.db)
  await submitPayouts(
    at(),
    rows.map((row) => row.id),
  )
  await laku.sandbox.settleWebhooks()
  laku.clock.shift(1_000)
  await sweepPayouts(at())
}
const withdraw = (buyer: Buyer, amountIdr: number, bank: BankAccount) =>
  laku.as(customer(buyer), (work) =>
    requestWithdrawal(work, { amountIdr, bank, otpVerifiedAt: laku.clock.now() }),
  )
/** Adds a buyer's bank account that is known and can receive money. */
const known = async (buyer: Buyer, bank: BankAccount) => {
  await laku.system((work) => giveGoodwill(work, buyer.id, 100_000))
  await withdraw(buyer, 20_000, bank)
  await sql`update withdrawal_destinations set usable_at = ${laku.clock.now()}`.execute(laku.db)
  await sql`update withdrawals set due_at = ${laku.clock.now()} where due_at is not null`.execute(laku.db)
}
/** Returns the provider's outgoing money: refunds and withdrawals, each with reference and amount. */
const left = async () => {
  const { transactions } = await context.gateway.listTransactions({ limit: 50 })
  return transactions
    .filter((transaction) => !transaction.moneyIn && transaction.status === 'SUCCESS')
    .map((transaction) => `${transaction.referenceId} ${transaction.amountIdr}`)
    .sort()
}
const booksAgree = async () => {
  laku.clock.shift(3_600)
  await laku.sandbox.settleWebhooks()
  await sweepRefunds(at())
  await readProviderBook(at())
  expect(await reconcileGateway(at(), {})).toMatchObject({ ok: true, differences: [] })
  await bookHolds()
}
const bookHolds = async () => {
  const results = await laku.system((work) => runChecks(bookChecks, work.tx, laku.vault))
  expect(results.filter((checkResult) => !checkResult.ok)).toEqual([])
}

it('refunds of the lost day are refunds here: each went back once, whatever their orders do next', async () => {
  const [cancelled, partly, parted, leaver, again, packed] = (await shop.market.buyers(6)) as [
    Buyer,
    Buyer,
    Buyer,
    Buyer,
    Buyer,
    Buyer,
  ]
  const whole = await ordered(cancelled)
  const some = await ordered(partly)
  await laku.system((work) => giveGoodwill(work, parted.id, 30_000))
  const both = await ordered(parted, { paymentMethod: 'wallet+invoice' })
  const session = await shop.market.session({ moq: 4, endsInS: 30 * 86_400 })
  const joined = await shop.market.join(leaver, session.id)
  await payInvoice(joined.payment.code)
  const twice = await ordered(again)
  const ready = await ordered(packed)
  await shop.move(ready.order.id, 'processing', 'ready_for_pickup')
  const restore = await backUp(laku)

  // The lost day: three orders are cancelled, one is refunded in part, and a place in a session is given up.
  for (const [buyer, { order }] of [
    [cancelled, whole],
    [parted, both],
    [again, twice],
  ] as const)
    await shop.cancel(customer(buyer), order.id)
  await shop.cancel(admin, ready.order.id)
  const input = { payment: some.payment.code, amountIdr: 10_000, note: 'late', borneBy: 'company' } as const
  const small = await laku.as(finance, (work) => createRefund(work, input))
  await shop.market.leave(leaver, session.id)
  await sendRefunds()
  const gone = await left()
  expect(gone).toHaveLength(6)
  await restore()

  // One buyer cancels again before the adoption: no money is sent for it.
  await shop.cancel(customer(again), twice.order.id)
  await sendRefunds()
  const adoption = await adoptProvider(context)
  expect(adoption).toMatchObject({ done: true, open: [] })
  expect(adoption.refunds).toHaveLength(6)
  const found = await laku.system(({ tx }) => getRefund(tx, small.code))
  expect(found).toMatchObject({ status: 'succeeded', amountIdr: 10_000, destination: 'source' })

  // The partial refund counts against everybody's daily limit, because nobody knows who decided it.
  const { rows: used } = await sql<{ idr: number }>`
    select used_alone('given', 'staff:anybody', 'user:nobody', null, ${new Date(laku.clock.now().getTime() - 86_400_000)}, '', '')::int8 as idr`.execute(
    laku.db,
  )
  expect(used).toEqual([{ idr: 10_000 }])

  // An order refunded in full is cancelled again, or staff are told if a courier may have its parcel. Nobody
  // gets money twice.
  const statusOf = async ({ order }: { order: { id: string } }) => (await shop.see(order.id)).status
  expect(await Promise.all([whole, both, twice].map(statusOf))).toEqual(['refunded', 'refunded', 'refunded'])
  expect(await wallet(parted)).toBe(30_000)
  expect(await shop.market.statusOf(joined.participation.id)).toBe('refunded')
  expect(await statusOf(ready)).toBe('ready_for_pickup')
  expect(await shop.attention(ready.order.id)).toEqual(['order_without_money'])
  await booksAgree()
  await shop.cancel(admin, ready.order.id)
  expect(await statusOf(ready)).toBe('refunded')
  // The order that was refunded in part gets only the rest back.
  await shop.cancel(admin, some.order.id)
  await sendRefunds()
  expect(await left()).toHaveLength(7)
  const restIdr = (await shop.see(some.order.id)).totalIdr - 10_000
  expect((await left()).filter((text) => text.endsWith(` ${restIdr}`))).toHaveLength(1)
  await booksAgree()
})

it('withdrawals of the lost day are withdrawals here, with their fee; one under way is followed', async () => {
  const [paid, moving] = (await shop.market.buyers(2)) as [Buyer, Buyer]
  await known(paid, good)
  await known(moving, waits)
  await sendPayouts()
  const before = [await wallet(paid), await wallet(moving)] as const
  const restore = await backUp(laku)
  const withdrawal = await withdraw(paid, 40_000, good)
  const other = await withdraw(moving, 40_000, waits)
  await sendPayouts()
  const gone = await left()
  await restore()
  const adoption = await adoptProvider(context)
  expect(adoption).toMatchObject({ done: true, open: [] })
  expect(adoption.adopted).toHaveLength(2)
  expect([await wallet(paid), await wallet(moving)]).toEqual(before.map((idr) => idr - 40_000 - FEE_IDR))
  const status = async (code: string) => (await laku.system((work) => getWithdrawal(work, code))).status
  expect([await status(withdrawal.code), await status(other.code)]).toEqual(['succeeded', 'submitted'])
  await sendPayouts()
  expect(await left()).toEqual(gone)
  const { rows } = await sql<{ id: string }>`
    select provider_payout_id as id from payouts where status = 'submitted' and key like ${`%${other.code}%`}`.execute(
    laku.db,
  )
  await control('POST', `/payouts/${rows[0]?.id}`, { status: 'SUCCEEDED', force: true })
  laku.clock.shift(3_600)
  await sweepPayouts(at())
  expect(await status(other.code)).toBe('succeeded')
  await booksAgree()
})

it('a payment made in the lost day and paid back in it waits in quarantine for nobody', async () => {
  const [buyer] = (await shop.market.buyers(1)) as [Buyer]
  const restore = await backUp(laku)
  const lost = await ordered(buyer)
  await shop.cancel(customer(buyer), lost.order.id)
  await sendRefunds()
  await restore()
  expect(await adoptProvider(context)).toMatchObject({ done: true, refunds: [{}] })
  await booksAgree()
  const { rows } = await sql<{ status: string }>`select status from quarantined_money`.execute(laku.db)
  expect(rows).toEqual([{ status: 'refunded' }])
})

it('a part paid back of a lost payment lies in suspense: heard again, it stops no money', async () => {
  const [buyer] = (await shop.market.buyers(1)) as [Buyer]
  const restore = await backUp(laku)
  const lost = await ordered(buyer)
  const input = { payment: lost.payment.code, amountIdr: 10_000, note: 'late', borneBy: 'company' } as const
  await laku.as(finance, (work) => createRefund(work, input))
  await sendRefunds()
  await restore()
  expect(await adoptProvider(context)).toMatchObject({ done: true, refunds: [] })
  const { transactions } = await context.gateway.listTransactions({ limit: 50 })
  const { productId } =
    transactions.find(({ amountIdr, type }) => type === 'REFUND' && amountIdr === 10_000) ?? {}
  const again = await context.gateway.getRefund(productId as string)
  await laku.system((work) => applyRefundAnswers(work, [again]))
  await readProviderBook(at())
  expect(await laku.system(({ tx }) => databaseDoubt(tx))).toBeUndefined()
})

it('a copy that lacks what this shop did sends nothing from when the provider’s book shows it', async () => {
  const [buyer] = (await shop.market.buyers(1)) as [Buyer]
  const placed = await ordered(buyer)
  const restore = await backUp(laku)
  await shop.cancel(customer(buyer), placed.order.id)
  await sendRefunds()
  await restore()
  // The database is a copy without any mark of its own.
  await laku.system((work) => recordDatabaseIdentity(work, PLACE))
  await readProviderBook(at())
  expect(await laku.system(({ tx }) => databaseDoubt(tx))).toMatchObject({ isRestored: true })
  expect(await adoptProvider(context)).toMatchObject({ done: true, refunds: [{}] })
  await readProviderBook(at())
  expect(await laku.system(({ tx }) => databaseDoubt(tx))).toBeUndefined()
  await booksAgree()
})

it('parcels of the lost day are found by their reference: none is booked and paid for twice', async () => {
  const [direct, moved] = (await shop.market.buyers(2)) as [Buyer, Buyer]
  const placedOrder = await ordered(direct)
  const two = await ordered(moved)
  const orders = [placedOrder.order.id, two.order.id]
  const parcelsOf = async () => {
    const { rows } = await sql<{ providerOrderId: string; status: string; priceIdr: number }>`
      select provider_order_id, status, price_idr from shipments where order_id = any(${orders}::uuid[]) and provider_order_id is not null
      order by order_id, created_at, id`.execute(laku.db)
    return rows
  }
  const deposit = () => laku.system((work) => balanceIdr(work.tx, 'courier-deposit'))
  const restore = await backUp(laku)
  await shop.book(...orders)
  // The courier cancelled the second parcel, and another booking was sent.
  const parcel = await laku.system(({ tx }) => liveShipment(tx, two.order.id))
  const { providerOrderId } = await laku.db
    .selectFrom('shipments')
    .select('providerOrderId')
    .where('id', '=', parcel?.id as string)
    .executeTakeFirstOrThrow()
  await control('POST', `/shipments/${providerOrderId}`, { status: 'cancelled' })
  await laku.as(admin, (work) => work.tx.updateTable('shipments').set({ trackAt: work.now }).execute())
  await sweepTracking({ ...shop.rateContext() })
  await shop.book(...orders)
  const day = await parcelsOf()
  const left = await deposit()
  expect(day).toHaveLength(3)
  await restore()
  expect(await parcelsOf()).toEqual([])
  expect(await adoptProvider(context)).toMatchObject({ done: true })
  for (let i = 0; i < 3; i++) {
    await shop.book(...orders)
    await sweepTracking({ ...shop.rateContext() })
  }
  expect(await parcelsOf()).toEqual(day)
  expect(await deposit()).toBe(left)
  await booksAgree()
})

it('an invoice that was made in the lost day is the payment’s still, paid before the restore or after it', async () => {
  const [later, before] = (await shop.market.buyers(2)) as [Buyer, Buyer]
  const unpaid = await shop.order(later)
  await laku.system((work) => giveGoodwill(work, before.id, 30_000))
  const parted = await shop.order(before, 1, { paymentMethod: 'wallet+invoice' })
  const restore = await backUp(laku)
  const opened = await openInvoice(at(), unpaid.payment.code)
  await payInvoice(parted.payment.code)
  await restore()
  expect(await adoptProvider(context)).toMatchObject({ done: true })
  expect([(await shop.see(parted.order.id)).status, await wallet(before)]).toEqual(['paid', 0])
  expect(await openInvoice(at(), unpaid.payment.code)).toEqual(opened)
  await payInvoice(unpaid.payment.code)
  expect(await context.gateway.findInvoices(unpaid.payment.code)).toHaveLength(1)
  expect((await shop.see(unpaid.order.id)).status).toBe('paid')
  await booksAgree()
})

it.each([
  ['arrives then', 'SUCCEEDED'],
  ['fails then', 'FAILED'],
])('a refund that is pending when it is adopted and %s is its buyer’s once', async (_, end) => {
  const [buyer, leaver] = (await shop.market.buyers(2)) as [Buyer, Buyer]
  const placed = await ordered(buyer)
  const session = await shop.market.session({ moq: 4, endsInS: 30 * 86_400 })
  const joined = await shop.market.join(leaver, session.id)
  await payInvoice(joined.payment.code)
  const { totalIdr } = await shop.see(placed.order.id)
  const { amountIdr: placeIdr } = joined.payment
  const before = await left()
  const restore = await backUp(laku)
  await control('PUT', '/refunds', { outcome: 'PENDING' })
  await shop.cancel(customer(buyer), placed.order.id)
  await shop.market.leave(leaver, session.id)
  await sendRefunds()
  await restore()
  const adoption = await adoptProvider(context)
  expect(adoption.done).toBe(true)
  expect(adoption.refunds.map(({ amountIdr }) => amountIdr).toSorted()).toEqual(
    [totalIdr, placeIdr].toSorted(),
  )
  // The place is given up before its refund arrives. So the session creates no order for it.
  expect(await shop.market.statusOf(joined.participation.id)).toBe('left')
  expect((await shop.market.see(session.id)).paidUnits).toBe(0)
  await bookHolds()
  const { rows } = await sql<{ id: string; status: string }>`
    select provider_refund_id as id, status from refunds where code = any(${adoption.refunds.map(({ code }) => code)})`.execute(
    laku.db,
  )
  expect(rows).toMatchObject([{ status: 'submitted' }, { status: 'submitted' }])
  await control('PUT', '/refunds', { outcome: 'SUCCEEDED' })
  for (const { id } of rows) await control('POST', `/refunds/${id}`, { status: end })
  for (let i = 0; i < 3; i++) {
    laku.clock.shift(7_200)
    await sendRefunds()
  }
  // A refund that failed is sent again or is in the wallet.
  const sent = (await left()).filter((text) => !before.includes(text))
  const sentIdr = (idr: number) => sent.filter((text) => text.endsWith(` ${idr}`)).length * idr
  expect(totalIdr).not.toBe(placeIdr)
  expect(sentIdr(totalIdr) + (await wallet(buyer))).toBe(totalIdr)
  expect(sentIdr(placeIdr) + (await wallet(leaver))).toBe(placeIdr)
  expect((await shop.see(placed.order.id)).status).toBe('refunded')
  expect(await shop.market.statusOf(joined.participation.id)).toBe('refunded')
  await booksAgree()
})

it('a withdrawal that failed in the lost day and was made again is paid by the second', async () => {
  const [buyer] = (await shop.market.buyers(1)) as [Buyer]
  const account = { ...waits, accountNumber: '1312131213' }
  await known(buyer, account)
  await sendPayouts()
  await control('PUT', '/payouts', { outcome: 'ACCEPTED' })
  const before = await wallet(buyer)
  const first = await withdraw(buyer, 40_000, account)
  await sendPayouts()
  const of = async (code: string) => {
    const { rows } = await sql<{ id: string }>`
      select provider_payout_id as id from payouts where key like ${`%${code}%`}`.execute(laku.db)
    return rows[0]?.id
  }
  const restore = await backUp(laku)
  await control('POST', `/payouts/${await of(first.code)}`, { status: 'FAILED' })
  laku.clock.shift(3_600)
  await sweepPayouts(at())
  const again = await laku.as(finance, (work) => retryWithdrawal(work, { withdrawal: first.code }))
  await sendPayouts()
  await control('POST', `/payouts/${await of(again.code)}`, { status: 'SUCCEEDED' })
  await restore()
  expect(await adoptProvider(context)).toMatchObject({ done: true, open: [] })
  const status = async (code: string) => (await laku.system((work) => getWithdrawal(work, code))).status
  expect([await status(first.code), await status(again.code)]).toEqual(['failed', 'succeeded'])
  expect(await wallet(buyer)).toBe(before - 40_000 - FEE_IDR)
  await booksAgree()
})

it('a withdrawal of money that was given in the lost day as well waits for a person, and holds up no other', async () => {
  const [rich, other] = (await shop.market.buyers(2)) as [Buyer, Buyer]
  const account = { ...waits, accountNumber: '2323232323' }
  await known(rich, account)
  await known(other, { ...account, accountNumber: '2424242424' })
  await sendPayouts()
  const restore = await backUp(laku)
  await laku.system((work) => giveGoodwill(work, rich.id, 200_000))
  const large = await withdraw(rich, 200_000, account)
  const small = await withdraw(other, 40_000, { ...account, accountNumber: '2424242424' })
  await control('PUT', '/payouts', { outcome: 'SUCCEEDED' })
  await sendPayouts()
  await restore()
  const adoption = await adoptProvider(context)
  const { open } = adoption
  expect(adoption).toMatchObject({ done: false, open: [{ amountIdr: 200_000 }] })
  expect(open[0]?.code).toContain(large.code)
  const { status } = await laku.system((work) => getWithdrawal(work, small.code))
  expect(status).toBe('succeeded')
  await laku.as(finance, (work) => disposeSuspense(work, open[0]?.code as string, { to: 'written_off' }))
  // The bank account names the receiver. So the money counts in one sum with what another person gives.
  const leftIdr = laku.policy.aloneDayIdr - 200_000
  const given = { userId: rich.id, kind: 'goodwill', reason: 'late' } as const
  const giver = someone({ name: 'giver', role: 'finance', reason: 'late' })
  const give = (changeIdr: number) =>
    laku.as(giver, async (work) => (await adjustWallet(work, { ...given, changeIdr })).status)
  expect([await give(leftIdr + 1), await give(100_000)]).toEqual(['requested', 'posted'])
  expect(await adoptProvider(context)).toMatchObject({ done: true, open: [] })
  await booksAgree()
})
