import { defineErrors } from '../kernel/index.ts'

export const orderErrors = defineErrors('order', {
  not_found: ['not_found', 'There is no such order.'],
  user_not_active: ['forbidden', 'This account is suspended, or being closed.'],
  no_items: ['invalid', 'An order needs items, each with a whole quantity above 0.'],
  variant_not_found: ['not_found', 'There is no such product variant.'],
  variant_not_on_sale: ['conflict', 'This product is not on sale now.'],
  address_not_found: ['not_found', 'There is no such address.'],
  out_of_stock: ['conflict', 'There is not that much in stock.'],
  too_much_unpaid: ['conflict', 'Your unpaid orders hold as much as one buyer may; pay or cancel one first.'],
  hold_renewed: [
    'conflict',
    'This order was kept for you unpaid as often as a day allows; pay from your wallet, or order again tomorrow.',
  ],
  price_changed: ['conflict', 'The price has changed since; place a new order.'],
  not_payable: ['conflict', 'Only an order whose invoice expired can have a fresh one.'],
  payment_open: ['conflict', 'This order has a payment that still waits; use that one.'],
  not_cancellable: ['conflict', 'This order can no longer be cancelled.'],
  group_order: ['conflict', 'The group session of this order has closed: only staff can cancel the order.'],
  parcel_booked: ['conflict', 'A courier is booked for this order, or is being booked.'],
  return_not_found: ['not_found', 'There is no such return.'],
  return_window_over: ['conflict', 'The time to send goods of this order back is over.'],
  return_items_invalid: [
    'invalid',
    'A return is of items of its order, each once and of at most what is left of it.',
  ],
  return_decided: ['conflict', 'This return is decided already.'],
  return_open: ['conflict', 'A return is open for this order; accept or refuse that one.'],
  refund_decided: ['conflict', 'The refund of this order is decided, and its goods stay here.'],
  not_held: ['conflict', 'Only a held order is released.'],
  reason_required: ['invalid', 'Holding an order, and refusing a return, needs a reason.'],
})
