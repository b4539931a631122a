import type { ShipmentStatus } from './transitions.ts'

declare module '../kernel/events.ts' {
  interface EventPayloads {
    'shipment.created': { shipmentId: string; orderId: string }
    'shipment.status_changed': {
      shipmentId: string
      orderId: string
      from: ShipmentStatus
      to: ShipmentStatus
      waybill: string | null
      trackingUrl: string | null
    }
  }
}
