import { defineErrors } from '../kernel/index.ts'

export const warehouseErrors = defineErrors('warehouse', {
  variant_not_found: ['not_found', 'There is no such product variant.'],
  invalid_quantity: ['invalid', 'A quantity is a whole number, and not 0.'],
  below_reserved: [
    'conflict',
    'So many pieces cannot be taken off: the rest would not cover what is reserved.',
  ],
  reservation_mismatch: [
    'conflict',
    'The orders ask for another quantity than is reserved for their session.',
  ],
})
