import { defineErrors } from '../kernel/index.ts'

export const orderErrors = defineErrors('order', {
  not_found: ['not_found', 'This order was not found. Check its code or id.'],
  user_not_active: [
    'forbidden',
    'This account is suspended or is being closed, so it cannot order. Contact customer support.',
  ],
  no_items: [
    'invalid',
    'There is no item, or a quantity is not a whole number above 0. Choose at least one item, each with a valid quantity.',
  ],
  variant_not_found: ['not_found', 'This product variant was not found. Check its SKU or id.'],
  variant_not_on_sale: ['conflict', 'This product is not on sale now. Choose another product.'],
  address_not_found: [
    'not_found',
    'This address was not found. Choose an address that is saved for the account.',
  ],
  out_of_stock: ['conflict', 'There are not enough pieces in stock. Choose fewer pieces or another product.'],
  too_much_unpaid: [
    'conflict',
    'You have too many unpaid orders, or too many of your orders expired unpaid today. Pay or cancel an unpaid order, or order again tomorrow.',
  ],
  hold_renewed: [
    'conflict',
    'You let the invoice of this order expire too often today. Pay from your wallet, or order again tomorrow.',
  ],
  price_changed: [
    'conflict',
    'The price of an item has changed since you ordered. Place a new order at the new price.',
  ],
  not_payable: [
    'conflict',
    'This order cannot get a new invoice, because its last invoice did not expire. Check the status of the order, or place a new order.',
  ],
  payment_open: [
    'conflict',
    'This order already has an open payment. Use that payment instead of a new one.',
  ],
  not_cancellable: [
    'conflict',
    'This order can no longer be cancelled. Contact customer support, or send the goods back after they arrive.',
  ],
  group_order: [
    'conflict',
    'You cannot cancel this order, because its group session has closed. Ask customer support to cancel it.',
  ],
  parcel_booked: [
    'conflict',
    'A courier is booked for this order, or is being booked, so this is not possible now. Our staff must cancel the parcel first.',
  ],
  return_not_found: ['not_found', 'This return was not found. Check its id, or the code of its order.'],
  return_window_over: [
    'conflict',
    'The time to send back goods of this order is over. If something is wrong with them, contact customer support.',
  ],
  return_items_invalid: [
    'invalid',
    'The items of this return do not fit the order. Name items of this order only, each once, with no more pieces than can still be returned.',
  ],
  return_decided: [
    'conflict',
    'This return was already accepted or refused. See the decision with laku orders returns list.',
  ],
  return_open: [
    'conflict',
    'This order has an open return. First decide it with laku orders returns accept or laku orders returns refuse.',
  ],
  refund_decided: [
    'conflict',
    'The refund of this order is already decided, so it cannot be refunded or sent again. Keep its goods in the warehouse.',
  ],
  not_held: [
    'conflict',
    'This order is not on hold, so it cannot be released. See its status with laku orders show.',
  ],
  reason_required: [
    'invalid',
    'A reason is needed to hold an order or to refuse a return. Give one with --reason.',
  ],
})
