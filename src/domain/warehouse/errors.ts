import { defineErrors } from '../kernel/index.ts'

export const warehouseErrors = defineErrors('warehouse', {
  variant_not_found: ['not_found', 'There is no such product variant.'],
  invalid_quantity: ['invalid', 'A quantity is a whole number, and not 0.'],
  below_reserved: [
    'conflict',
    'So many pieces cannot be taken off: the rest would not cover what is reserved.',
  ],
  reservation_mismatch: ['conflict', 'The orders ask for more than is reserved for their session.'],
  purchase_order_not_found: ['not_found', 'There is no such purchase order.'],
  no_lines: ['invalid', 'A purchase order and a receipt need at least one line.'],
  several_factories: ['invalid', 'A purchase order goes to one factory: these variants are of several.'],
  not_of_session: [
    'invalid',
    "A purchase order for a session may only hold variants of the session's product.",
  ],
  session_has_purchase_order: ['conflict', 'This session has an open purchase order already.'],
  not_in_purchase_order: ['invalid', 'This variant is not in the purchase order.'],
  over_received: [
    'conflict',
    'More pieces, good and damaged, were counted than the factory owes; book the others with stock adjust.',
  ],
  invalid_note: ['invalid', 'The number of a delivery note has at least one letter or digit.'],
  note_counted: [
    'conflict',
    'This delivery note was counted with other lines; give a second sheet a number of its own, as SJ-0817/2.',
  ],
  message_under_way: ['conflict', 'The factory was told; its message has not failed.'],
})
