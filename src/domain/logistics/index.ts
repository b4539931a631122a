import './events.ts'

export { type CancelAtCourierContext, cancelAtCourier } from './bookings/cancel-at-courier.ts'
export { type ClaimedBooking, claimedParcels, type ParcelOrigin } from './bookings/claim.ts'
export { endUnrequestedParcel } from './bookings/end-unrequested.ts'
export { type NewParcel, openParcels } from './bookings/open.ts'
export { recordBooked, recordNotBooked } from './bookings/record.ts'
export { recordCancelled } from './bookings/record-cancelled.ts'
export { BOOKINGS_BY_ITSELF } from './bookings/report-cancelled.ts'
export { reportPossibleBooking } from './bookings/report-possible.ts'
export { logisticsChecks } from './checks.ts'
export { absorbCourierFees } from './costs/absorb-courier-fees.ts'
export { lockPricedParcel, lowerFee, type PricedParcel } from './costs/priced-parcel.ts'
export { correctDeposit, topUpDeposit } from './costs/top-up-deposit.ts'
export type { CourierGateway, CourierItem } from './courier.ts'
export { logisticsErrors } from './errors.ts'
export { cachedRates, pruneRates } from './rates/cached.ts'
export { fetchRates, type PageVisit, type RateContext } from './rates/fetch.ts'
export { offeredRates, QuoteMissing, quoteRate, withRate, withZoneRate } from './rates/quote.ts'
export type { CourierChoice, Parcel, Rate } from './rates/rate.ts'
export { zoneRate } from './rates/zones.ts'
export { getShipment, liveShipment } from './read.ts'
export { processParcelNotices } from './tracking/process-notices.ts'
export {
  moveParcelByHand,
  type ParcelMoveByHand,
  type ShipmentStatusByHand,
} from './tracking/set-status.ts'
export { sweepTracking, trackingDue } from './tracking/sweep.ts'
export { intendTracking, trackShipment } from './tracking/track.ts'
export type { TrackingContext } from './tracking/track-parcels.ts'
export {
  cancelledShipmentStates,
  isNeverLeft,
  type ShipmentStatus,
  shipmentStatesByHand,
  shipmentTransitions,
  undeliveredShipmentStates,
  unpricedShipmentStates,
} from './transitions.ts'
export type { ShipmentView } from './views.ts'
