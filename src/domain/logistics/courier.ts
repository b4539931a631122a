import type { Rupiah } from '../kernel/money.ts'

export interface CourierItem {
  name: string
  valueIdr: Rupiah
  quantity: number
  /** The weight of one piece of the item, in grams. */
  weightG: number
}

export interface CourierRateQuery {
  originPostalCode: string
  destinationPostalCode: string
  items: readonly CourierItem[]
  /** The codes of the couriers to ask for prices (`jne`, `sicepat`); by default all configured couriers. */
  couriers?: readonly string[]
}

export interface CourierRate {
  /**
   * The code of the courier. A parcel is booked by this code and the service `type`, such as `jne` and `reg`.
   */
  company: string
  type: string
  /** The name of the courier's service as people know it: `Reguler`. */
  service: string
  priceIdr: Rupiah
  /** The duration of the delivery in the courier's words: `2 - 3 days`. */
  duration: string
}

export interface CourierPlace {
  contactName: string
  /** The contact's phone number in E.164 format. */
  contactPhone: string
  address: string
  postalCode: string
  /** The courier aggregator's id of the delivery area, if it is known. */
  areaId?: string | undefined
}

export interface NewCourierOrder {
  /**
   * The reference of the courier order, unique at the courier aggregator. A second order with this reference
   * returns the first order.
   */
  referenceId: string
  origin: CourierPlace
  destination: CourierPlace
  company: string
  type: string
  items: readonly CourierItem[]
  /** A note for the courier's driver. */
  note?: string
}

export interface CourierOrder {
  id: string
  trackingId?: string
  /** The courier's waybill number on the label; some couriers assign it only after pick-up. */
  waybillId?: string
  /**
   * The aggregator's own status of the courier order, unchanged. It may be a status that laku does not know,
   * or one in camelCase.
   */
  status: string
  /** The courier's price for the courier order; absent until the aggregator names it. */
  priceIdr?: Rupiah
  /** The web link by which the recipient tracks the parcel. */
  link?: string
  /** The reference that laku gave the courier order, if the aggregator returns it. */
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

/**
 * The gateway to the courier aggregator. Every method throws `ProviderFailure`; money is in whole rupiah,
 * weight in grams.
 */
export interface CourierGateway {
  rates(query: CourierRateQuery): Promise<CourierRate[]>
  /**
   * Books a parcel. A repeated call with the same `referenceId` is safe: it returns the existing courier
   * order.
   */
  createOrder(order: NewCourierOrder): Promise<CourierOrder>
  getOrder(id: string): Promise<TrackedCourierOrder>
  /**
   * Cancels a parcel; the courier refuses this after the pick-up. Returns the new status of the courier
   * order, if the aggregator names it.
   */
  cancelOrder(id: string, reasonCode: string): Promise<{ status?: string }>
}
