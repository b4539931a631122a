import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askLaku, runLaku } from '../command-line.ts'
import { admin } from '../laku.ts'
import { eventually, openWorkingShop, type WorkingShop } from './working-shop.ts'

let shop: WorkingShop
beforeAll(async () => {
  shop = await openWorkingShop()
})
afterAll(async () => {
  await shop.expectWhole()
  await shop.close()
})

const down = (kind: 'error' | 'garbage') => shop.control('PUT', 'faults', [{ provider: 'xendit', kind }])
const heal = () => shop.control('PUT', 'faults', [])
const pay = async (code: string, channel: string) => {
  const { status, invoicePage } = await shop.follow(code)
  expect(status).toBe(302)
  await fetch(String(invoicePage), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ channel }),
  })
}
const see = (orderId: string) => () => shop.storefront.see(orderId)
const book = async () =>
  (await shop.control('GET', 'book')) as {
    balance_idr: number
    invoices: { external_id: string }[]
    refunds: { amount: number; status: string; reference_id: string }[]
  }

describe('the payment provider is down', () => {
  it('orders and places are still taken; the pay link asks again by itself, and makes one invoice when it is healed', async () => {
    await down('error')
    const [ana, budi] = await shop.market.buyers(2)
    const { order, payment } = await shop.storefront.order(ana!)
    const session = await shop.market.session({ moq: 1 })
    const joined = await shop.market.join(budi!, session.id)
    for (const { code } of [payment, joined.payment]) expect((await shop.follow(code)).status).toBe(503)
    await heal()
    for (const { code } of [payment, joined.payment]) await pay(code, 'QRIS')
    await eventually(see(order.id), (now) => expect(now.status).toBe('ready_for_pickup'))
    await eventually(
      () => shop.market.see(session.id),
      (now) => expect(now.status).toBe('success'),
    )
    const made = (await book()).invoices.map((invoice) => invoice.external_id)
    expect(made.filter((code) => code === payment.code)).toHaveLength(1)
    expect(made.filter((code) => code === joined.payment.code)).toHaveLength(1)
  })

  it('what was paid meanwhile waits in the inbox, and is booked once when the provider can be asked', async () => {
    const [ana] = await shop.market.buyers(1)
    const { order, payment } = await shop.storefront.order(ana!)
    const { invoicePage } = await shop.follow(payment.code)
    await shop.control('PUT', 'faults', [{ provider: 'xendit', operation: 'getInvoice', kind: 'error' }])
    await fetch(String(invoicePage), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ channel: 'QRIS' }),
    })
    // The courier's webhooks have a queue of their own. A webhook that comes before its booking is recorded
    // waits for the sweep.
    const ofXendit = shop.laku.db.selectFrom('webhookInbox').where('provider', '=', 'xendit')
    const inbox = () => ofXendit.select(['status', 'attempts']).execute()
    await eventually(inbox, (all) =>
      expect(all.find(({ status }) => status === 'received')?.attempts).toBeGreaterThan(0),
    )
    expect((await shop.storefront.see(order.id)).status).toBe('pending_payment')
    await heal()
    shop.laku.clock.shift(600)
    await eventually(see(order.id), (now) => expect(now.status).toBe('ready_for_pickup'))
    // The deliveries may be processed a moment later, because the sweep may book the payment first.
    await eventually(inbox, (all) => expect(all.every(({ status }) => status === 'processed')).toBe(true))
  })

  it('a session and an order whose webhooks say PAID and whose invoices read EXPIRED wait with what they hold, and go their way once the readings agree', async () => {
    const [ana, budi, citra] = await shop.market.buyers(3)
    const session = await shop.market.session({ moq: 2 })
    const [first, second] = [
      await shop.market.join(ana!, session.id),
      await shop.market.join(budi!, session.id),
    ]
    const { order, payment } = await shop.storefront.order(citra!)
    const contradicted = [first.payment, payment]
    await shop.control('PUT', 'profile', { 'xendit.invoice-reading': 'expired' })
    for (const { code } of contradicted) await pay(code, 'QRIS')
    const shown = (code: string) => async () =>
      await askLaku<{ status: string; contradiction: { todo: { command: string }[] } | null }>(shop.laku, [
        'payments',
        'show',
        code,
      ])
    for (const { code } of contradicted) {
      await eventually(shown(code), ({ contradiction }) =>
        expect(contradiction?.todo.map((item) => item.command)).toEqual([
          `laku payments sync ${code}`,
          'laku payments reconcile',
          `laku payments expire ${code}`,
        ]),
      )
      // The buyer is not sent to pay again.
      expect((await shop.follow(code)).status).toBe(202)
    }
    const table = await runLaku(shop.laku, ['payments', 'show', payment.code])
    expect(table.stdout).toMatch(/A webhook says that this payment was paid, but its invoice says otherwise/)
    expect(table.stdout).toContain(`laku payments expire ${payment.code}`)
    // Time passes for both payments, and neither the place nor the order ends.
    for (let i = 0; i < 4; i++) {
      shop.laku.clock.shift(3_600)
      await askLaku(shop.laku, ['payments', 'sync', payment.code])
    }
    expect(await shop.market.statusOf(first.participation.id)).toBe('held')
    expect((await shop.storefront.see(order.id)).status).toBe('pending_payment')
    await eventually(shop.openAttention, (kinds) => expect(kinds).toContain('payment_unresolved'))
    await shop.control('PUT', 'profile', {})
    shop.laku.clock.shift(3_600)
    await eventually(see(order.id), (now) => expect(now.status).toBe('ready_for_pickup'))
    await eventually(
      () => shop.market.statusOf(first.participation.id),
      (now) => expect(now).toBe('paid'),
    )
    expect((await shown(payment.code)()).contradiction).toMatchObject({ todo: [] })
    // The second place was not paid in time, so another buyer fills the session.
    const third = await shop.market.join(citra!, session.id)
    await pay(third.payment.code, 'QRIS')
    await eventually(
      () => shop.market.see(session.id),
      (now) => expect(now.status).toBe('success'),
    )
    expect(await shop.market.statusOf(second.participation.id)).not.toBe('held')
  })

  it('an order that is contradicted ends by a person who saw that nothing came in', async () => {
    const [ana] = await shop.market.buyers(1)
    const { order, payment } = await shop.storefront.order(ana!)
    await shop.control('PUT', 'profile', { 'xendit.invoice-reading': 'expired' })
    await pay(payment.code, 'QRIS')
    const isContradicted = async () =>
      (await askLaku<{ contradiction: object | null }>(shop.laku, ['payments', 'show', payment.code]))
        .contradiction
    await eventually(isContradicted, (found) => expect(found).not.toBeNull())
    await askLaku(shop.laku, ['payments', 'expire', payment.code, '--reason', 'not in the dashboard'])
    await eventually(see(order.id), (now) => expect(now.status).toBe('cancelled'))
    expect(await isContradicted()).toMatchObject({
      todo: [],
      says: expect.stringContaining('A person decided'),
    })
    await shop.control('PUT', 'profile', {})
  })

  it('a refund waits, is never shown as done, and is sent once when the provider is back', async () => {
    const [ana] = await shop.market.buyers(1)
    const { order, payment } = await shop.storefront.order(ana!)
    await pay(payment.code, 'DANA')
    await eventually(see(order.id), (now) => expect(now.status).toBe('ready_for_pickup'))
    await shop.control('PUT', 'faults', [{ provider: 'xendit', operation: 'createRefund', kind: 'error' }])
    await shop.storefront.cancel(admin, order.id)
    const refunds = () =>
      shop.laku.db
        .selectFrom('refunds')
        .select(['status', 'code'])
        .where('paymentId', '=', payment.id)
        .execute()
    await eventually(refunds, (all) => expect(all).toHaveLength(1))
    expect((await shop.storefront.see(order.id)).status).toBe('cancelled')
    await heal()
    shop.laku.clock.shift(3_600)
    await eventually(see(order.id), (now) => expect(now.status).toBe('refunded'))
    const [made, ...others] = await refunds()
    expect([made?.status, others]).toEqual(['succeeded', []])
    const sent = (await book()).refunds.filter(({ reference_id }) =>
      reference_id.startsWith(`${made?.code}-`),
    )
    expect(sent).toHaveLength(1)
  })
})
