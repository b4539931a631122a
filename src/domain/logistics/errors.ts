import { defineErrors } from '../kernel/index.ts'

export const logisticsErrors = defineErrors('logistics', {
  quote_missing: ['unavailable', 'The shipping fee is not known yet; try again in a moment.'],
  not_serviceable: ['invalid', 'No courier delivers to this postal code; check it, or give another address.'],
  courier_not_offered: ['invalid', 'This courier does not deliver there; choose one of those offered.'],
  parcel_impossible: ['invalid', 'No courier takes a parcel so heavy; order less at once.'],
  order_not_found: ['not_found', 'There is no such order.'],
  order_not_bookable: ['conflict', 'A parcel is booked for a paid order with its stock reserved.'],
  call_off_refused: ['conflict', 'The courier has the parcel on its way and does not cancel it.'],
  courier_unavailable: [
    'unavailable',
    'The courier does not answer; nothing was changed, try again in a moment.',
  ],
  shipment_not_found: ['not_found', 'There is no such shipment.'],
})
