import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually, openWorkingShop, type WorkingShop } from './working-shop.ts'

let shop: WorkingShop
beforeAll(async () => {
  shop = await openWorkingShop()
})
afterAll(async () => {
  await shop.expectWhole()
  await shop.close()
})

const see = (orderId: string) => () => shop.storefront.see(orderId)
const noticesOf = (userId: string) =>
  shop.laku.db
    .selectFrom('notifications')
    .select(['template', 'title'])
    .where('userId', '=', userId)
    .execute()

describe('notifications are down', () => {
  it('Payment -> Notification: the order is paid and booked all the same, and its buyer is told once when it is healed', async () => {
    const [ana] = await shop.market.buyers(1)
    const phone = await shop.phoneOf(ana!.id)
    const heal = await shop.breakStep('notifications', 'insert')
    const { order } = await shop.storefront.paidOrder(ana!)
    await eventually(see(order.id), (now) => expect(now.status).toBe('ready_for_pickup'))
    expect(await shop.messagesTo(phone)).toEqual([])
    await heal()
    await eventually(
      () => noticesOf(ana!.id),
      (all) =>
        expect(all.map(({ template }) => template).sort()).toEqual(['order.status_changed', 'payment.paid']),
    )
    const notices = await noticesOf(ana!.id)
    await eventually(
      () => shop.messagesTo(phone),
      (all) => {
        for (const { title } of notices)
          expect(all.filter(({ body }) => body.includes(title))).toHaveLength(1)
      },
    )
    expect(await shop.openAttention()).toEqual([])
  })

  it('Logistics -> Notification: the order follows its parcel to the door, and the update about it comes later, once', async () => {
    const [ana] = await shop.market.buyers(1)
    const phone = await shop.phoneOf(ana!.id)
    const { order } = await shop.storefront.paidOrder(ana!)
    const booked = await eventually(see(order.id), (now) => expect(now.status).toBe('ready_for_pickup'))
    await eventually(
      () => shop.messagesTo(phone),
      (all) => expect(all.length).toBeGreaterThan(0),
    )
    await shop.control('PUT', 'faults', [{ provider: 'whatsapp', kind: 'error' }])
    const parcel = await shop.laku.db
      .selectFrom('shipments')
      .select('providerOrderId')
      .where('orderId', '=', booked.id)
      .executeTakeFirstOrThrow()
    for (const status of ['picked', 'dropping_off', 'delivered'])
      await shop.control('POST', `shipments/${parcel.providerOrderId}`, { status })
    await eventually(see(order.id), (now) => expect(now.status).toBe('delivered'))
    const arrived = (all: { body: string }[]) => all.filter(({ body }) => /sudah sampai/.test(body))
    expect(arrived(await shop.messagesTo(phone))).toEqual([])
    await shop.control('PUT', 'faults', [])
    // Later attempts are minutes apart.
    shop.laku.clock.shift(3_600)
    await eventually(
      () => shop.messagesTo(phone),
      (all) => expect(arrived(all)).toHaveLength(1),
    )
    expect(await shop.openAttention()).toEqual([])
  })
})
