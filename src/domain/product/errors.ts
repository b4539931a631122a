import { defineErrors } from '../kernel/index.ts'

export const productErrors = defineErrors('product', {
  not_found: ['not_found', 'This product was not found. Check its id.'],
  variant_not_found: ['not_found', 'This product variant was not found. Check its SKU or id.'],
  factory_not_found: ['not_found', 'No factory has this id. See the factories with laku factories list.'],
  factory_not_active: [
    'conflict',
    'The factory of this product is not active, so the product cannot be sold. Activate the factory with laku factories activate.',
  ],
  no_variants: ['invalid', 'The product has no variant. Give at least one with --variant.'],
  sku_taken: ['conflict', 'Another variant already has this SKU. Choose another SKU.'],
})
