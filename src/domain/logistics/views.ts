import type { CourierChoice } from './rates/rate.ts'
import type { ShipmentStatus } from './transitions.ts'

export interface ShipmentView {
  id: string
  code: string
  orderId: string
  status: ShipmentStatus
  courier: CourierChoice
  waybill: string | null
  /** The link by which the recipient tracks the parcel. */
  trackingUrl: string | null
  events: { status: ShipmentStatus; note: string | null; happenedAt: Date }[]
}
