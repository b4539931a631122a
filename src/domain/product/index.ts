import './events.ts'

export { createProduct, type NewProduct, type NewVariant } from './create-product.ts'
export { productErrors } from './errors.ts'
export { getProduct, listProducts, type ProductFilter } from './read-products.ts'
export { variantBySku, variantsById } from './read-variants.ts'
export { type ProductStatus, productTransitions } from './transitions.ts'
export { type ProductChanges, updateProduct, type VariantChanges } from './update-product.ts'
export type { ProductView, VariantDetail, VariantView } from './views.ts'
