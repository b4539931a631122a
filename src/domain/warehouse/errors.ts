import { defineErrors } from '../kernel/index.ts'

export const warehouseErrors = defineErrors('warehouse', {
  variant_not_found: [
    'not_found',
    'This product variant was not found. See the variants with laku stock list.',
  ],
  invalid_quantity: ['invalid', 'A quantity is not valid. Give a whole number that is not 0.'],
  below_reserved: [
    'conflict',
    'So many pieces cannot be taken out, because some of them are reserved. Take out at most the number in `free`.',
  ],
  reservation_mismatch: [
    'conflict',
    'The orders need more pieces than are reserved for their session. Reserve the missing pieces with laku sessions fulfil.',
  ],
  purchase_order_not_found: [
    'not_found',
    'No purchase order has this code or id. See the purchase orders with laku purchase-orders list.',
  ],
  no_lines: ['invalid', 'There is no line. Give at least one with --line.'],
  several_factories: [
    'invalid',
    'These variants are of several factories, but a purchase order goes to one factory. Make one purchase order for each factory.',
  ],
  not_of_session: [
    'invalid',
    'A variant does not belong to the product of this session. Order only variants of that product, or leave out --session.',
  ],
  session_has_purchase_order: [
    'conflict',
    'This session already has an open purchase order. Use that one, or cancel it with laku purchase-orders cancel.',
  ],
  not_in_purchase_order: [
    'invalid',
    'This variant is not in the purchase order. See its lines with laku purchase-orders show.',
  ],
  over_received: [
    'conflict',
    'More pieces were counted than the factory still owes. Receive at most the number in `owed`, and add the others with laku stock adjust.',
  ],
  invalid_note: [
    'invalid',
    'The delivery note number is not valid. Write at least one letter or digit, as on the paper.',
  ],
  note_counted: [
    'conflict',
    'This delivery note was already counted, with other lines. If this is a second sheet, give it its own number, for example SJ-0817/2.',
  ],
  message_under_way: [
    'conflict',
    'The message to the factory has not failed, so it is not sent again. Wait for the answer of the factory.',
  ],
})
