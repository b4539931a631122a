import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, system, type TestLaku } from '../../../test/laku.ts'
import { orderChoreography, refusal, Storefront } from '../../../test/storefront.ts'
import { choreography } from '../../domain/composition/choreography.ts'
import { runChecks } from '../../domain/kernel/index.ts'
import { balanceIdr } from '../../domain/ledger/index.ts'
import {
  correctDeposit,
  logisticsChecks,
  type ShipmentStatusByHand,
  sweepTracking,
  topUpDeposit,
  trackShipment,
} from '../../domain/logistics/index.ts'
import { bookShipment, setShipmentStatus } from '../../domain/order/index.ts'
import { correctBankReference } from '../../domain/wallet/index.ts'
import { shipmentsTrackJob } from '../../jobs/shipments/track.ts'
import { webhooksBiteshipJob } from '../../jobs/webhooks/biteship.ts'
import { webhooksSweepJob } from '../../jobs/webhooks/sweep.ts'
import { buildServer } from '../server.ts'

const url = '/api/webhooks/biteship'

describe("biteship's webhooks", () => {
  let laku: TestLaku
  let shop: Storefront
  let app: FastifyInstance
  beforeAll(async () => {
    laku = await openTestLaku({
      watched: true,
      sandbox: true,
      jobs: [webhooksBiteshipJob, webhooksSweepJob, shipmentsTrackJob],
      choreography: {
        ...orderChoreography,
        'webhook.received': choreography['webhook.received'],
      },
    })
    shop = await Storefront.open(laku)
    await shop.market.addStock(200)
    app = await buildServer(laku)
    await app.listen({ port: 0, host: '127.0.0.1' })
    laku.sandbox.setLakuUrl(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
  })
  afterEach(async () => {
    await shop.fault()
    await control('PUT', 'webhooks', {})
  })
  afterAll(async () => {
    await shop.expectAllTrue()
    await app.close()
    await laku.close()
  })

  async function control(method: string, path: string, body: object): Promise<void> {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${laku.sandbox.url}/control/${path}`, {
      method,
      headers,
      body: JSON.stringify(body),
    })
    expect(answer.status).toBe(200)
  }
  async function booked() {
    const [ana] = await shop.market.buyers(1)
    const { order } = await shop.paidOrder(ana!)
    await shop.book(order.id)
    return { ...(await row(order.id)), shippingIdr: order.shippingIdr }
  }
  const row = (orderId: string) =>
    laku.db
      .selectFrom('shipments')
      .selectAll()
      .where('orderId', '=', orderId)
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
  const move = (parcel: { providerOrderId: string | null }, update: object) =>
    control('POST', `shipments/${parcel.providerOrderId}`, update)
  const settled = async () => {
    await laku.sandbox.settleWebhooks()
    await laku.drain()
  }
  const balance = (key: Parameters<typeof balanceIdr>[1]) => laku.system((work) => balanceIdr(work.tx, key))
  const inbox = () => laku.db.selectFrom('webhookInbox').selectAll().orderBy('id').execute()
  const byHand = (shipment: string, status: ShipmentStatusByHand) =>
    laku.as(admin, (work) => setShipmentStatus(work, { shipment, status, note: 'seen at the depot' }))
  const tracking = () => ({ unitOfWork: laku.unitOfWork, actor: system, courier: laku.providers.courier })
  const deliver = (payload: string | object | undefined, headers: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url,
      ...(payload === undefined
        ? {}
        : { payload: typeof payload === 'string' ? payload : JSON.stringify(payload) }),
      headers: {
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        [laku.config.biteshipWebhookHeader]: laku.config.biteshipWebhookSecret[0] as string,
        ...headers,
      },
    })

  it.each(['empty', 'chunked', 'null', 'form'])(
    'fact 11: the ping of an installation (%s) gets 200 without the secret, and leaves nothing',
    async (shape) => {
      const before = (await inbox()).length
      await control('PUT', 'profile', { 'biteship.ping': shape })
      const answer = await fetch(`${laku.sandbox.url}/control/biteship/install`, { method: 'POST' })
      expect(await answer.json()).toEqual({ status: 200, installed: true })
      await control('PUT', 'profile', {})
      expect(await inbox()).toHaveLength(before)
    },
  )

  it('fact 11: a stranger’s chunks are read no further than a ping goes', async () => {
    const body = new Blob([JSON.stringify({ event: 'order.status', x: 'x'.repeat(100_000) })]).stream()
    const port = (app.server.address() as AddressInfo).port
    const sent = { method: 'POST', headers: { 'content-type': 'application/json' }, body, duplex: 'half' }
    const answer = await fetch(`http://127.0.0.1:${port}${url}`, sent as RequestInit)
    expect(answer.status).toBe(401)
  })

  it('bring an order to its buyer, shuffled and doubled, with its fee out of the way', async () => {
    await control('PUT', 'webhooks', { duplicates: 2, shuffle: true })
    const [shipping, margin] = [await balance('shipping'), await balance('shipping-margin')]
    const parcel = await booked()
    for (const status of ['allocated', 'picking_up', 'picked', 'droppingOff', 'delivered'])
      await move(parcel, { status })
    await settled()
    expect(await shop.see(parcel.orderId)).toMatchObject({
      status: 'delivered',
      shipment: { status: 'delivered' },
    })
    const { marginIdr, priceIdr } = await row(parcel.orderId)
    expect(marginIdr).toBe(parcel.shippingIdr - priceIdr!)
    expect(await balance('shipping')).toBe(shipping)
    expect(await balance('shipping-margin')).toBe(margin + marginIdr!)
    const events = await laku.db
      .selectFrom('shipmentEvents')
      .selectAll()
      .where('shipmentId', '=', parcel.id)
      .execute()
    expect(events.map((event) => event.status).sort()).toEqual([
      'booked',
      'booked',
      'booked',
      'delivered',
      'in_transit',
      'picked_up',
    ])
    expect((await inbox()).every((value) => value.status === 'processed')).toBe(true)
  })

  it('that tell the same twice lead to the state of now', async () => {
    const parcel = await booked()
    for (const [status, state] of [
      ['picked', 'picked_up'],
      ['on_hold', 'on_hold'],
      ['dropping_off', 'in_transit'],
      ['on_hold', 'on_hold'],
    ] as const) {
      await move(parcel, { status })
      await settled()
      expect(await row(parcel.orderId)).toMatchObject({ status: state })
    }
  })

  it('of a new weight move the difference, once a price, and again the same price later', async () => {
    const parcel = await booked()
    const deposit = await balance('courier-deposit')
    await control('PUT', 'webhooks', { duplicates: 3 })
    const price = parcel.priceIdr!
    for (const next of [price + 5_000, price + 2_000, price + 5_000]) {
      await move(parcel, { price: next })
      await settled()
      expect(await balance('courier-deposit')).toBe(deposit - (next - price))
    }
    await move(parcel, { status: 'delivered' })
    await settled()
    await move(parcel, { price })
    await settled()
    expect(await balance('courier-deposit')).toBe(deposit)
    expect(await row(parcel.orderId)).toMatchObject({ corrections: 4, marginIdr: parcel.shippingIdr - price })
  })

  it('of a waybill are followed to the order', async () => {
    const parcel = await booked()
    await move(parcel, { waybill_id: 'JNE-777' })
    await settled()
    expect(await shop.see(parcel.orderId)).toMatchObject({ status: 'ready_for_pickup', waybill: 'JNE-777' })
  })

  it('of a status that is not known change nothing and are shown to a person', async () => {
    const parcel = await booked()
    await move(parcel, { status: 'teleported' })
    await settled()
    expect(await row(parcel.orderId)).toMatchObject({ status: 'booked' })
    expect(await shop.attention(parcel.id)).toEqual(['shipment_status_unknown'])
    await move(parcel, { status: 'picked' })
    await settled()
    expect(await row(parcel.orderId)).toMatchObject({ status: 'picked_up' })
  })

  it('of a courier that is not found give the price back, and another courier is booked', async () => {
    const deposit = await balance('courier-deposit')
    const parcel = await booked()
    await move(parcel, { status: 'courierNotFound' })
    await settled()
    expect(await row(parcel.orderId)).toMatchObject({ status: 'not_found', trackAt: null })
    expect(await balance('courier-deposit')).toBe(deposit)
    const again = await bookShipment({ ...shop.booking, actor: admin }, parcel.orderId, {
      company: 'tiki',
      type: 'reg',
    })
    expect(again).toMatchObject({ status: 'booked', courier: { company: 'tiki' } })
    expect(again.id).not.toBe(parcel.id)
  })

  it('of a way back end in returned, and the next parcel bears no fee', async () => {
    const shipping = await balance('shipping')
    const parcel = await booked()
    for (const status of ['picked', 'rejected', 'return_in_transit', 'returned'])
      await move(parcel, { status })
    await settled()
    expect(await shop.see(parcel.orderId)).toMatchObject({ status: 'returned' })
    await shop.move(parcel.orderId, 'processing')
    await shop.book(parcel.orderId)
    const second = await row(parcel.orderId)
    expect(second).toMatchObject({ status: 'booked', feeIdr: 0 })
    await move(second, { status: 'delivered' })
    await settled()
    expect(await shop.see(parcel.orderId)).toMatchObject({ status: 'delivered' })
    expect(await balance('shipping')).toBe(shipping)
  })

  it('of a parcel that came back and whose order is then cancelled leave its fee to the company', async () => {
    const [shipping, subsidy] = [await balance('shipping'), await balance('subsidy')]
    const parcel = await booked()
    await move(parcel, { status: 'returned' })
    await settled()
    await shop.move(parcel.orderId, 'processing')
    await shop.cancel(admin, parcel.orderId)
    expect(await balance('shipping')).toBe(shipping)
    expect(await balance('subsidy')).toBe(subsidy + parcel.shippingIdr)
  })

  it('of a disposed parcel say that it is lost', async () => {
    const parcel = await booked()
    for (const status of ['picked', 'dropping_off', 'disposed']) await move(parcel, { status })
    await settled()
    expect(await shop.see(parcel.orderId)).toMatchObject({ status: 'failed', shipment: { status: 'lost' } })
  })

  it('agree with what staff did by hand, or are shown to a person', async () => {
    const [agreed, other] = [await booked(), await booked()]
    await byHand(agreed.code, 'picked_up')
    await byHand(agreed.code, 'delivered')
    await byHand(other.code, 'delivered')
    expect(await shop.see(agreed.orderId)).toMatchObject({ status: 'delivered' })
    expect(await refusal(byHand(agreed.code, 'in_transit'))).toBe('kernel.illegal_transition')
    await move(agreed, { status: 'delivered' })
    await move(other, { status: 'returned' })
    await settled()
    expect(await shop.attention(agreed.id)).toEqual([])
    expect(await row(agreed.orderId)).toMatchObject({ status: 'delivered', movedByHandAt: null })
    expect(await shop.attention(other.id)).toEqual(['shipment_contradicted'])
    expect(await row(other.orderId)).toMatchObject({ status: 'delivered' })
  })

  it('wait while the courier is down, and nothing is lost', async () => {
    const parcel = await booked()
    await shop.fault({ provider: 'biteship', operation: 'getOrder', kind: 'error' })
    await move(parcel, { status: 'picked' })
    await settled()
    expect(await row(parcel.orderId)).toMatchObject({ status: 'booked' })
    expect(await refusal(trackShipment(tracking(), parcel.code))).toBe('logistics.courier_unavailable')
    await shop.fault()
    laku.clock.shift(3_601)
    await settled()
    expect(await row(parcel.orderId)).toMatchObject({ status: 'picked_up' })
  })

  it('wait while staff have paused the courier', async () => {
    const pause = (paused: boolean) =>
      laku.db.updateTable('switches').set({ paused }).where('name', '=', 'biteship').execute()
    const parcel = await booked()
    await pause(true)
    await move(parcel, { status: 'picked' })
    await settled().catch(() => undefined)
    expect(await row(parcel.orderId)).toMatchObject({ status: 'booked' })
    await pause(false)
    laku.clock.shift(61)
    await settled()
    expect(await row(parcel.orderId)).toMatchObject({ status: 'picked_up' })
  })

  it('that never came are made up for by asking', async () => {
    const parcel = await booked()
    await settled()
    await control('PUT', 'webhooks', { drop_rate: 1 })
    await move(parcel, { status: 'picked' })
    await settled()
    expect(await row(parcel.orderId)).toMatchObject({ status: 'booked' })
    expect(await trackShipment(tracking(), parcel.code)).toMatchObject({ status: 'picked_up' })
    await move(parcel, { status: 'delivered' })
    laku.clock.shift(laku.policy.trackAfterHours * 3600)
    await settled()
    expect(await row(parcel.orderId)).toMatchObject({ status: 'delivered', trackAt: null })
  })

  it('issue 11, case 11: one parcel whose updates cannot be recorded is set aside with its attention, and the others are followed', async () => {
    await control('PUT', 'webhooks', { drop_rate: 1 })
    const [bad, good] = [await booked(), await booked()]
    for (const parcel of [bad, good]) await move(parcel, { status: 'picked' })
    laku.clock.shift(laku.policy.trackAfterHours * 3600 + 60)
    const { courier } = tracking()
    const odd = {
      ...courier,
      getOrder: async (id: string) => {
        const order = await courier.getOrder(id)
        return id === bad.providerOrderId ? { ...order, priceIdr: 0.5 } : order
      },
    }
    await sweepTracking({ ...tracking(), courier: odd })
    const now = (id: string) =>
      laku.db.selectFrom('shipments').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
    expect((await now(good.id)).status).not.toBe(good.status)
    expect((await now(bad.id)).status).toBe(bad.status)
    expect(await shop.attention(bad.id)).toEqual(['item_set_aside'])
    expect(await shop.attention(good.id)).toEqual([])
  })

  it('that were read before somebody else wrote are read again', async () => {
    const parcel = await booked()
    await settled()
    const price = parcel.priceIdr! + 3_000
    await control('PUT', 'webhooks', { drop_rate: 1 })
    const { courier } = laku.providers
    let calls = 0
    const slow = {
      ...courier,
      getOrder: async (id: string) => {
        const order = await courier.getOrder(id)
        if (++calls > 1) return order
        await move(parcel, { price })
        await trackShipment(tracking(), parcel.code)
        return order
      },
    }
    await trackShipment({ ...tracking(), courier: slow }, parcel.code)
    expect(calls).toBe(2)
    expect(await row(parcel.orderId)).toMatchObject({ priceIdr: price, corrections: 1 })
  })

  it('are believed only as far as the courier confirms them', async () => {
    const parcel = await booked()
    const forged = { event: 'order.status', order_id: parcel.providerOrderId, status: 'delivered' }
    expect((await deliver(forged)).statusCode).toBe(200)
    await laku.drain()
    expect(await row(parcel.orderId)).toMatchObject({ status: 'booked' })
  })

  it('of an order that nobody knows are tried, and then shown to a person', async () => {
    await deliver({ event: 'order.status', order_id: 'nobody', status: 'picked' })
    for (let i = 0; i < laku.policy.providerAttempts; i++) {
      await laku.drain()
      laku.clock.shift(3_601)
    }
    const one = (await inbox()).at(-1)!
    expect(one).toMatchObject({ status: 'failed', attempts: laku.policy.providerAttempts })
    expect(await shop.attention(one.id)).toEqual(['webhook_failed'])
  })

  it('without the secret leave nothing behind, and a ping gets its answer', async () => {
    const before = (await inbox()).length
    const wrong = { [laku.config.biteshipWebhookHeader]: 'wrong' }
    const update = { event: 'order.status', order_id: 'x', status: 'picked' }
    expect((await deliver(update, wrong)).statusCode).toBe(401)
    expect((await deliver('[1]', wrong)).statusCode).not.toBe(200)
    expect((await deliver('[]', wrong)).statusCode).toBe(200)
    expect((await deliver('{}', wrong)).statusCode).toBe(200)
    expect((await deliver('', wrong)).statusCode).toBe(200)
    expect((await deliver(undefined, wrong)).statusCode).toBe(200)
    expect(await inbox()).toHaveLength(before)
    laku.config.biteshipWebhookSecret.push('the-other-one')
    expect((await deliver(update, { [laku.config.biteshipWebhookHeader]: 'the-other-one' })).statusCode).toBe(
      200,
    )
    expect(JSON.stringify(await inbox())).not.toContain('the-other-one')
    await control('POST', 'biteship/install', {})
  })

  it('are paid from a deposit that finance tops up, once a transfer', async () => {
    const before = await balance('courier-deposit')
    const topUp = (reference = 'BCA-1', amountIdr = 1_000_000) =>
      laku.as(admin, (work) => topUpDeposit(work, { amountIdr, reference }))
    expect([await topUp(), await topUp(), await topUp('bca 1')]).toEqual([true, false, false])
    await expect(topUp('BCA1', 2_000_000)).rejects.toMatchObject({ code: 'payout.reference_used' })
    // The bank reference was mistyped. After the correction, the transfer to which it belongs can use it.
    const reason = 'mistyped'
    await laku.as({ ...admin, reason } as typeof admin, (work) =>
      correctBankReference(work, { reference: 'BCA-1', to: 'BCA-2' }),
    )
    expect([await topUp('BCA-2'), await topUp('BCA-1', 5_000)]).toEqual([false, true])
    expect(await balance('courier-deposit')).toBe(before + 1_005_000)
    // An amount was mistyped, and later it turns out that the transfer was never sent.
    const correct = (reference: string, amountIdr: number) =>
      laku.as(admin, (work) => correctDeposit(work, { reference, amountIdr }))
    expect([await correct('bca 2', 100_000), await correct('BCA-2', 100_000)]).toEqual([1_000_000, 100_000])
    expect(await balance('courier-deposit')).toBe(before + 105_000)
    expect(await topUp('BCA-2', 100_000)).toBe(false)
    await expect(correct('BCA-9', 5_000)).rejects.toMatchObject({ code: 'logistics.deposit_unknown' })
    await correct('BCA-1', 0)
    expect(await balance('courier-deposit')).toBe(before + 100_000)
    expect(await topUp('BCA-1', 7_000)).toBe(true)
    const checks = await laku.system((work) => runChecks(logisticsChecks, work.tx, laku.vault))
    expect(checks.filter(({ ok }) => !ok)).toEqual([])
  })
})
