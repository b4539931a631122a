import type { Rupiah } from '../kernel/money.ts'

export interface CourierItem {
  name: string
  valueIdr: Rupiah
  quantity: number
  /** The weight of one piece, in grams. */
  weightG: number
}

export interface CourierRateQuery {
  originPostalCode: string
  destinationPostalCode: string
  items: readonly CourierItem[]
  /** Courier codes (`jne`, `sicepat`) to ask for; all that are configured when left out. */
  couriers?: readonly string[]
}

export interface CourierRate {
  /** With `type`, what an order is booked by: `jne` and `reg`. */
  company: string
  type: string
  /** The name people know it by: `Reguler`. */
  service: string
  priceIdr: Rupiah
  /** The duration in the courier's words: `2 - 3 days`. */
  duration: string
}

export interface CourierPlace {
  contactName: string
  /** E.164 */
  contactPhone: string
  address: string
  postalCode: string
  /** The aggregator's id of the area, where it is known. */
  areaId?: string | undefined
}

export interface NewCourierOrder {
  /** Unique at the courier's side: a second order with the same reference answers the first one. */
  referenceId: string
  origin: CourierPlace
  destination: CourierPlace
  company: string
  type: string
  items: readonly CourierItem[]
  /** For the courier's driver. */
  note?: string
}

export interface CourierOrder {
  id: string
  trackingId?: string
  /** The courier's own number on the label; some couriers give it only after pick-up. */
  waybillId?: string
  /** The provider's word, unmapped: unknown and camelCase values occur. */
  status: string
  /** The courier's price; absent until the provider names it. */
  priceIdr?: Rupiah
  /** The link by which the recipient follows the parcel. */
  link?: string
  /** The reference that laku gave the order, if the provider returns it. */
  referenceId?: string
}

export interface CourierEvent {
  status: string
  note: string
  updatedAt: Date
}

export interface TrackedCourierOrder extends CourierOrder {
  history: CourierEvent[]
}

/** The courier aggregator. Every method throws `ProviderFailure`; money is whole rupiah, weight grams. */
export interface CourierGateway {
  rates(query: CourierRateQuery): Promise<CourierRate[]>
  /** Books a parcel. Safe to repeat with the same `referenceId`: the order that exists is answered. */
  createOrder(order: NewCourierOrder): Promise<CourierOrder>
  getOrder(id: string): Promise<TrackedCourierOrder>
  /**
   * Cancels a parcel; the courier refuses once it was picked up. Returns the order's status after that, if
   * the provider names it.
   */
  cancelOrder(id: string, reasonCode: string): Promise<{ status?: string }>
}
