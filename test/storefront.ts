import { expect } from 'vitest'
import {
  confirmParticipants,
  groupBuyingChecks,
  markParticipantsRefunded,
  releaseHolds,
} from '../src/domain/group-buying/index.ts'
import { type Actor, type Choreography, runChecks } from '../src/domain/kernel/index.ts'
import { ledgerChecks } from '../src/domain/ledger/index.ts'
import {
  absorbCourierFees,
  liveShipment,
  logisticsChecks,
  type Rate,
  type RateContext,
  type ShipmentStatusByHand,
  withRate,
} from '../src/domain/logistics/index.ts'
import {
  applyShipmentStatus,
  applyWaybillChanges,
  type BookingContext,
  bookShipments,
  cancelOrder,
  cancelUnpaidOrders,
  createOrder,
  earnDelivered,
  getOrder,
  markOrdersPaid,
  markOrdersRefunded,
  type NewOrder,
  type OrderView,
  orderChecks,
  type PlacedOrder,
  type StatusByHand,
  setOrderStatus,
  setShipmentStatus,
  startProcessing,
  withParcelCancelled,
} from '../src/domain/order/index.ts'
import { freeParts, paymentChecks } from '../src/domain/payment/index.ts'
import { warehouseChecks } from '../src/domain/warehouse/index.ts'
import { parcelOrigin } from '../src/runtime/parcel-origin.ts'
import { admin, system, type TestLaku } from './laku.ts'
import { type Buyer, Market } from './market.ts'

/** The entries of the choreography that orders and parcels need, without jobs. */
export const orderChoreography: Partial<Choreography> = {
  'payment.paid': { reactions: [markOrdersPaid, confirmParticipants] },
  'payment.expired': { reactions: [cancelUnpaidOrders, releaseHolds, freeParts] },
  'refund.succeeded': { reactions: [markOrdersRefunded, markParticipantsRefunded] },
  'refund.decided': {},
  'payment.withdrawn': {},
  'participant.released': {},
  'stock.added': {},
  'shipment.created': { reactions: [startProcessing] },
  'shipment.status_changed': { reactions: [applyShipmentStatus] },
  'shipment.priced': {},
  'shipment.waybill_changed': { reactions: [applyWaybillChanges] },
  'order.created': {},
  'order.paid': {},
  'order.allocated': {},
  'order.cancelled': { reactions: [absorbCourierFees] },
  'return.refused': {},
  'order.delivered': { reactions: [earnDelivered] },
  'order.status_changed': {},
}

export const customer = (buyer: Buyer): Actor => ({ kind: 'customer', id: buyer.id })

/** A market whose buyers place direct orders, and whose parcels are sent. */
export class Storefront {
  readonly laku: TestLaku
  readonly market: Market

  private constructor(laku: TestLaku, market: Market) {
    this.laku = laku
    this.market = market
  }

  static async open(laku: TestLaku): Promise<Storefront> {
    return new Storefront(laku, await Market.open(laku))
  }

  get settings() {
    const { warehousePostalCode, publicUrl } = this.laku.config
    return { originPostalCode: warehousePostalCode, publicUrl }
  }

  rateContext(actor: Actor = system): RateContext {
    return { unitOfWork: this.laku.unitOfWork, actor, courier: this.laku.providers.courier }
  }

  get booking(): BookingContext {
    return { ...this.rateContext(), origin: parcelOrigin(this.laku.config) }
  }

  /** Places an order as a route does, and asks couriers for an unknown shipping fee. */
  order(buyer: Buyer, quantity = 1, more: Partial<NewOrder> = {}): Promise<PlacedOrder> {
    const items = [{ variantId: this.market.variantId, quantity }]
    const input = { items, addressId: buyer.addressId, ...more }
    const run = (rate?: Rate) =>
      this.laku.as(customer(buyer), (work) =>
        createOrder(work, { ...input, rate: rate ?? input.rate }, this.settings),
      )
    return withRate(this.rateContext(customer(buyer)), run)
  }

  async paidOrder(buyer: Buyer, quantity = 1): Promise<PlacedOrder> {
    const placed = await this.order(buyer, quantity)
    await this.market.pay(placed.payment.id)
    return placed
  }

  see(orderId: string): Promise<OrderView> {
    return this.laku.system((work) => getOrder(work, orderId))
  }

  /** Cancels an order as a route does; a booked courier is cancelled first. */
  cancel(actor: Actor, orderId: string): Promise<OrderView> {
    return withParcelCancelled(this.rateContext(actor), () =>
      this.laku.as(actor, (work) => cancelOrder(work, { order: orderId })),
    )
  }

  /** Sets the status of an order's parcel by hand, one state after another. */
  async parcel(orderId: string, ...states: ShipmentStatusByHand[]): Promise<void> {
    const shipment = await this.laku.system((work) => liveShipment(work.tx, orderId))
    if (!shipment) throw new Error('the order has no parcel')
    for (const status of states) {
      await this.laku.as(admin, (work) => setShipmentStatus(work, { shipment: shipment.id, status }))
    }
  }

  /** Changes an order's status by hand, one state after another. */
  async move(orderId: string, ...statuses: StatusByHand[]): Promise<OrderView> {
    for (const status of statuses) {
      await this.laku.as(admin, (work) => setOrderStatus(work, { order: orderId, status, reason: 'a test' }))
    }
    return await this.see(orderId)
  }

  /** Makes a direct order that was paid, packed, sent and received. */
  async deliveredOrder(buyer: Buyer, quantity = 1, more: Partial<NewOrder> = {}): Promise<PlacedOrder> {
    const placed = await this.order(buyer, quantity, more)
    await this.market.pay(placed.payment.id)
    await this.move(placed.order.id, 'processing', 'ready_for_pickup', 'picked_up', 'in_transit', 'delivered')
    return placed
  }

  async book(...orderIds: string[]): Promise<void> {
    const [failed] = await bookShipments(this.booking, orderIds)
    if (failed) throw failed.error
  }

  /** Sets the sandbox's faults; without an argument there are none. */
  async fault(...faults: object[]): Promise<void> {
    const response = await fetch(`${this.laku.sandbox.url}/control/faults`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(faults),
    })
    expect(response.status).toBe(200)
  }

  async stock(variantId = this.market.variantId): Promise<{ onHand: number; reserved: number }> {
    const row = await this.laku.db
      .selectFrom('warehouseInventory')
      .select(['onHand', 'reserved'])
      .where('variantId', '=', variantId)
      .executeTakeFirst()
    return row ?? { onHand: 0, reserved: 0 }
  }

  /** Returns the kinds of attention items about this subject. */
  async attention(subjectId: string): Promise<string[]> {
    const rows = await this.laku.db
      .selectFrom('attention')
      .select('kind')
      .where('subjectId', '=', subjectId)
      .where('resolvedAt', 'is', null)
      .execute()
    return rows.map((row) => row.kind)
  }

  async expectAllTrue(): Promise<void> {
    const checks = [
      ...ledgerChecks,
      ...paymentChecks,
      ...logisticsChecks,
      ...warehouseChecks,
      ...orderChecks,
      ...groupBuyingChecks,
    ]
    const results = await this.laku.system((work) => runChecks(checks, work.tx, work.vault))
    expect(results.filter((result) => !result.ok)).toEqual([])
  }
}

/** Returns the code of the error with which a promise was rejected; `ok` if it was not. */
export async function refusal(promise: Promise<unknown>): Promise<string> {
  return await promise.then(
    () => 'ok',
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
  )
}
