import { idOrCode, type Tx } from '../../domain/kernel/index.ts'

/** Returns the id of a variant that was named by its UUID or its SKU. Throws product.variant_not_found. */
export async function variantIdOf(tx: Tx, named: string): Promise<string> {
  const key = idOrCode(named)
  if ('id' in key) return key.id
  const { variantBySku } = await import('../../domain/product/read-variants.ts')
  return (await variantBySku(tx, key.code)).id
}
