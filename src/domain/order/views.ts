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
  /** The reason why the order is on hold or cancelled; null otherwise. */
  statusReason: string | null
  /** The group session that the order comes from; null for a direct order. */
  sessionId: string | null
  /** True if the order's stock is reserved, or has left with its parcel. */
  allocated: boolean
  items: OrderItemView[]
  goodsIdr: Rupiah
  shippingIdr: Rupiah
  /**
   * True if the shipping fee is an estimate, because no courier has quoted it yet. If the courier's price is
   * lower, the buyer gets the difference back.
   */
  shippingIsEstimate: boolean
  totalIdr: Rupiah
  address: AddressSnapshot
  courier: CourierChoice
  waybill: string | null
  trackingUrl: string | null
  /** The order's latest shipment; null if it has none. */
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
  /** The end of the order's return window; null until the order is delivered. */
  returnUntil: Date | null
}
