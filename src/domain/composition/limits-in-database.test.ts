import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { query } from '../../../test/global-setup.ts'
import { admin, openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { orderChoreography, refusal, Storefront } from '../../../test/storefront.ts'
import { insertRows, newId } from '../kernel/index.ts'
import { setShipmentStatus } from '../order/index.ts'
import { confirmPayments } from '../payment/index.ts'
import { putIntoSuspense } from '../suspense/index.ts'

describe('what gives money away is counted and done by two persons, whatever laku_app sends', () => {
  let laku: TestLaku
  let shop: Storefront
  beforeAll(async () => {
    const policy = { aloneDayIdr: 1_000, aloneWeekIdr: 1_000 }
    laku = await openTestLaku({ sandbox: true, jobs: [], choreography: orderChoreography, policy })
    shop = await Storefront.open(laku)
    await shop.market.addStock(100)
  })
  afterAll(() => laku.close())

  /** Sends a statement as the application's role, without the code of the domain. */
  const send = (text: string) => refused(sql.raw(text).execute(laku.db))
  /** The same, in a transaction that was shown the token of this person. */
  const sendAs = (person: string, ...texts: string[]) =>
    refused(
      laku.system(async ({ tx }) => {
        await sql`select staff_acts(${`test ${person} x`})`.execute(tx)
        for (const text of texts) await sql.raw(text).execute(tx)
      }),
    )
  const refused = (promise: Promise<unknown>) =>
    promise.then(
      () => 'done',
      (error: unknown) =>
        error instanceof Error && 'constraint' in error ? error.constraint : String(error),
    )
  const counted = 'limit_counted'

  it('a return', async () => {
    const [buyer] = await shop.market.buyers(1)
    const { order } = await shop.deliveredOrder(buyer!)
    const id = newId()
    await laku.system(({ tx, now }) =>
      insertRows(tx, 'orderReturns', [
        {
          id,
          orderId: order.id,
          userId: buyer!.id,
          status: 'requested',
          reason: 'damaged',
          photos: '[]',
          shippingIdr: 0,
          requestedAt: now,
        },
      ]),
    )
    const accept = (idr: number) =>
      `update order_returns set status = 'accepted', refund_idr = ${idr}, decided_at = now() where id = '${id}'`
    expect(await send(accept(5_000))).toBe(counted)
    expect(await send(accept(0))).toBe('done')
  })

  it.each(['lost', 'undeliverable'])('the refund of an order that is %s', async (what) => {
    const { order, payment } = await shop.paidOrder((await shop.market.buyers(1))[0]!)
    const insert = `insert into refunds (id, code, key, payment_id, amount_idr, reason, destination, status, created_at)
      values ('${newId()}', 'RFD-${what}', 'order:${order.id}:${what}', '${payment.id}', 5000, 'x', 'source', 'approved', now())`
    expect(await send(insert)).toBe(counted)
  })

  it('money in quarantine, given to a payment, to a wallet, or sent into one', async () => {
    const { payment } = await shop.order((await shop.market.buyers(1))[0]!)
    const paid = { paymentId: payment.id, paidAmountIdr: 5_000, channel: 'BCA', invoiceId: 'inv-q' }
    await laku.system((work) => confirmPayments(work, [{ ...paid, paidAt: work.now }]))
    const row = laku.db.selectFrom('quarantinedMoney').select('id').where('paymentId', '=', payment.id)
    const { id } = await row.executeTakeFirstOrThrow()
    expect(await send(`update quarantined_money set status = 'applied' where id = '${id}'`)).toBe(counted)
    const insert = `insert into refunds (id, code, key, payment_id, quarantine_id, amount_idr, reason, destination, status, created_at)
      values ('${newId()}', 'RFD-q', 'quarantine:${id}', '${payment.id}', '${id}', 5000, 'x', 'wallet', 'succeeded', now())`
    expect(await send(insert)).toBe(counted)
  })

  it('money in suspense, unless a fact says whose it is', async () => {
    const money = { amountIdr: 9_000, why: 'x' } as const
    const put = (kind: 'movement' | 'payout', code: string) =>
      laku.system((work) => putIntoSuspense(work, { ...money, key: code, code, kind }))
    const id = await put('movement', 'm-1')
    for (const to of ['offset', 'wallet', 'collected', 'written_off', 'reassigned'])
      expect(
        await send(`update suspense_items set status = '${to}', decided_at = now() where id = '${id}'`),
      ).toBe(counted)
    const byFact = (to: string, item: string | undefined) =>
      `update suspense_items set status = '${to}', by_fact = true, decided_at = now() where id = '${item}'`
    expect(await send(byFact('wallet', id))).toBe('suspense_facts')
    const payout = await put('payout', 'p-1')
    expect(await send(byFact('written_off', payout))).toBe('suspense_facts')
    expect(await send(byFact('offset', payout))).toBe('done')
    const undone = 'by_fact = false, decided_at = null, undos = 1'
    expect(await send(`update suspense_items set status = 'open', ${undone} where id = '${payout}'`)).toBe(
      counted,
    )
  })

  it('a debt that is written off', async () => {
    const insert = `insert into ledger_transactions (id, key, request_hash, kind, subject_kind, subject_id, occurred_at, seal)
      values ('${newId()}', 'factory:x:written-off:${newId()}', '', 'factory.written_off', 'factory', '${shop.market.factoryId}', now(), '')`
    expect(await send(insert)).toBe(counted)
  })

  it('a call that is declared dead, and what was allowed beforehand, take a person whom the first did not let in', async () => {
    const [first, second, third] = [newId(), newId(), newId()]
    // The test adds staff as the database's owner, because all others need a token for that.
    await query(
      laku.ownerUrl,
      `insert into staff (id, name, role, created_at, let_in_by) values ('${first}', 'satu', 'admin', now(), null),
        ('${second}', 'dua', 'finance', now(), '${first}'), ('${third}', 'tiga', 'finance', now(), '${second}')`,
    )
    const dead = (
      by: string,
    ) => `insert into payouts (id, key, purpose, subject_id, channel_code, account_number, account_holder, amount_idr,
        description, status, created_at, dead_asked_by, dead_by)
      values ('${newId()}', '${newId()}', 'settlement', '${newId()}', 'ID_BCA', '1', 'x', 5000, 'x', 'failed', now(), 'staff:dua', '${by}')`
    expect(await send(dead('staff:dua'))).toBe('payouts_dead_by_two')
    expect(await send(dead('staff:tiga'))).toBe('payouts_dead_by_two')
    expect(await send(dead('staff:ana'))).toBe('done')
    const allowed = (usedBy: string) => [
      `insert into limit_clearances (id, kind, subject_id, amount_idr, given_by, reason, given_at, until)
        values ('${newId()}', 'return', '${usedBy}', 5, '${second}', 'x', now(), now())`,
      `update limit_clearances set used_by = '${usedBy}', used_at = now() where subject_id = '${usedBy}'`,
    ]
    expect(await sendAs(second, ...allowed(second))).toBe('clearance_of_another')
    expect(await sendAs(second, ...allowed(third))).toBe('clearance_of_another')
    // Returns the count of a decision, made by people without a second factor. Such a person may approve a
    // customer's withdrawal, but is no second person for another member of staff.
    const counts = (
      person: string,
    ) => `insert into limit_uses (id, budget, kind, person, second_person, receiver,
        amount_idr, day_limit_idr, week_limit_idr, subject_kind, subject_id, used_at)
      values ('${newId()}', 'withdrawal', 'withdrawal', '${person}', '${third}', 'user:x', 9, 1, 1, 'x', '${newId()}', now())`
    expect(await sendAs(third, counts('customer:x'))).toBe('done')
    const fourth = newId()
    await query(
      laku.ownerUrl,
      `insert into staff (id, name, role, created_at) values ('${fourth}', 'empat', 'finance', now())`,
    )
    expect(await sendAs(third, counts(fourth))).toBe('limit_second_person')
    const { payment } = await shop.paidOrder((await shop.market.buyers(1))[0]!)
    const refund = (
      by: string,
    ) => `insert into refunds (id, code, key, payment_id, amount_idr, reason, destination, status, created_at,
        failure_code, dead_declared_by, dead_confirmed_by)
      values ('${newId()}', '${newId()}', '${newId()}', '${payment.id}', 5, 'x', 'source', 'failed', now(), 'DECLARED_DEAD', '${second}', ${by})`
    expect(await send(refund('null'))).toBe('refunds_dead_by_two')
    expect(await send(refund(`'${third}'`))).toBe('refunds_dead_by_two')
  })

  it('a parcel that staff set lost counts as their order set failed', async () => {
    const { order } = await shop.paidOrder((await shop.market.buyers(1))[0]!)
    await shop.book(order.id)
    await shop.parcel(order.id, 'picked_up')
    const shipment = (await shop.see(order.id)).shipment?.code as string
    const lose = () => laku.as(admin, (work) => setShipmentStatus(work, { shipment, status: 'lost' }))
    expect(await refusal(lose())).toBe('kernel.second_person_needed')
    expect(await shop.see(order.id)).toMatchObject({ status: 'picked_up' })
  })
})
