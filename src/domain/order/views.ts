import type { AddressSnapshot } from '../address/index.ts'
import type { Rupiah } from '../kernel/index.ts'
import type { CourierChoice } from '../logistics/index.ts'
import type { OrderStatus } from './transitions.ts'

export interface OrderItemView {
  id: string
  productId: string
  variantId: string
  sku: string
  name: string
  quantity: number
  unitPriceIdr: Rupiah
  totalIdr: Rupiah
}

export interface OrderView {
  id: string
  code: string
  userId: string
  status: OrderStatus
  /** Why it is held or cancelled, where it is. */
  statusReason: string | null
  /** The group session it came from; null for a direct order. */
  sessionId: string | null
  /** The order's stock is reserved, or has left with its parcel. */
  allocated: boolean
  items: OrderItemView[]
  goodsIdr: Rupiah
  shippingIdr: Rupiah
  /**
   * No courier has named a price for the fee yet; if the price is lower, the buyer gets the difference back.
   */
  shippingIsEstimate: boolean
  totalIdr: Rupiah
  address: AddressSnapshot
  courier: CourierChoice
  waybill: string | null
  trackingUrl: string | null
  /** The latest shipment. */
  shipment: { id: string; code: string; status: string } | null
  /** The returns that the order's buyer asked for, latest first. */
  returns: {
    id: string
    status: string
    reason: string
    refundIdr: Rupiah | null
    decisionNote: string | null
  }[]
  createdAt: Date
  paidAt: Date | null
  deliveredAt: Date | null
  /** Until when its goods may be sent back, once it is delivered. */
  returnUntil: Date | null
}
