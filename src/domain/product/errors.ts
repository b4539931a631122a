import { defineErrors } from '../kernel/index.ts'

export const productErrors = defineErrors('product', {
  not_found: ['not_found', 'There is no such product.'],
  variant_not_found: ['not_found', 'There is no such product variant.'],
  factory_not_found: ['not_found', 'There is no such factory.'],
  factory_not_active: ['conflict', 'A product can be sold only while its factory is active.'],
  no_variants: ['invalid', 'A product needs at least one variant.'],
  sku_taken: ['conflict', 'Another variant has this SKU.'],
})
