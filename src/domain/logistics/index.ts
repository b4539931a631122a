import './events.ts'

export { bearFees } from './bear-fees.ts'
export { type BookingContext, bookShipment, bookShipments, intendBooking } from './book-shipments.ts'
export { cachedRates, pruneRates } from './cached-rates.ts'
export { type CallOffContext, callOffParcel } from './call-off-parcel.ts'
export { logisticsChecks } from './checks.ts'
export type { ParcelOrigin } from './claim-bookings.ts'
export { logisticsErrors } from './errors.ts'
export { fetchRates, type PageVisit, type RateContext } from './fetch-rates.ts'
export { listShipments, type ShipmentRow } from './list-shipments.ts'
export { type ParcelInbox, type ParcelNotice, processParcelNotices } from './process-parcel-notices.ts'
export { offeredRates, QuoteMissing, quoteRate, withRate, withZoneRate } from './quote-rate.ts'
export type { CourierChoice, Parcel, Rate } from './rate.ts'
export { getShipment, liveShipment } from './read-shipments.ts'
export {
  type ShipmentStatusByHand,
  setShipmentStatus,
  shipmentStatusesByHand,
} from './set-shipment-status.ts'
export { shipmentsDue, sweepShipments } from './sweep-shipments.ts'
export { sweepTracking, trackingDue } from './sweep-tracking.ts'
export { topUpDeposit } from './top-up-deposit.ts'
export type { TrackingContext } from './track-parcels.ts'
export { intendTracking, trackShipment } from './track-shipment.ts'
export { type ShipmentStatus, shipmentTransitions } from './transitions.ts'
export type { ShipmentView } from './views.ts'
export { withdrawParcel } from './withdraw-parcel.ts'
export { zoneRate } from './zones.ts'
