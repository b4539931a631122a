import { defineErrors } from '../kernel/index.ts'

export const logisticsErrors = defineErrors('logistics', {
  quote_missing: ['unavailable', 'The shipping fee is not known yet. Try again in a few seconds.'],
  deposit_unknown: [
    'not_found',
    'No transfer to the courier deposit is booked with this bank reference. Check the reference, or book the transfer without --correct.',
  ],
  not_serviceable: [
    'invalid',
    'No courier delivers to this postal code. Check the postal code, or choose another address.',
  ],
  courier_not_offered: [
    'invalid',
    'This courier does not deliver to this address. Choose one of the couriers listed in `offered`.',
  ],
  parcel_impossible: ['invalid', 'The parcel is too heavy for every courier. Order fewer items at once.'],
  order_not_found: ['not_found', 'This order was not found. Check its code or id.'],
  order_not_bookable: [
    'conflict',
    'No courier can be booked, because the order is not paid or its stock is not reserved. See its status with laku orders show.',
  ],
  courier_cancel_refused: [
    'conflict',
    'The courier has already taken the parcel and does not cancel it. Wait until it is delivered or comes back.',
    'logistics.call_off_refused',
  ],
  courier_order_unknown: [
    'conflict',
    'The courier does not know this parcel any more. If the courier never carried it, run laku shipments set-status SHIPMENT cancelled --without-courier, with the code under shipment.',
  ],
  courier_unavailable: [
    'unavailable',
    'The courier does not answer now; nothing was changed. Try again in a few seconds.',
  ],
  shipment_not_found: ['not_found', 'This shipment was not found. Check its code or id.'],
})
