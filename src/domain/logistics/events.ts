import type { ShipmentStatus } from './transitions.ts'

declare module '../kernel/events.ts' {
  interface EventPayloads {
    /** A parcel was created for an order: it is being made ready, and its courier is not booked yet. */
    'shipment.created': { shipmentId: string; orderId: string }
    'shipment.status_changed': {
      shipmentId: string
      orderId: string
      from: ShipmentStatus
      to: ShipmentStatus
      waybill: string | null
      trackingUrl: string | null
      /** The reason why the courier refused the parcel; null if there was no refusal. */
      failureCode: string | null
    }
    /** The courier has named its price for a parcel whose shipping fee was only an estimate. */
    'shipment.priced': { shipmentId: string; orderId: string }
    /** The courier gave the parcel a waybill number, or changed it; the parcel's status is the same. */
    'shipment.waybill_changed': {
      shipmentId: string
      orderId: string
      waybill: string | null
      trackingUrl: string | null
    }
  }
}
