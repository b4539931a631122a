import { z } from 'zod'
import type { Tx } from '../domain/kernel/index.ts'

/** An item as people type it: `SKU=quantity` or `UUID=quantity`. */
export const askedItem = z
  .string()
  .regex(/^[^=]+=[1-9]\d{0,4}$/, 'it takes SKU=quantity, like KAOS-HITAM-M=2')
  .transform((text) => {
    const [variant = '', quantity = ''] = text.split('=')
    return { variant, quantity: Number(quantity) }
  })

/** A courier service as people type it: `company:type`. */
export const askedCourier = z
  .string()
  .regex(/^[^:]+:[^:]+$/, 'it takes company:type, like jne:reg')
  .transform((text) => {
    const [company = '', type = ''] = text.split(':')
    return { company, type }
  })

/** Returns the items with the ids of their variants. Throws product.variant_not_found. */
export async function itemsNamed(
  tx: Tx,
  items: readonly z.output<typeof askedItem>[],
): Promise<{ variantId: string; quantity: number }[]> {
  const { variantIdOf } = await import('./stock/variant.ts')
  const named = []
  for (const { variant, quantity } of items)
    named.push({ variantId: await variantIdOf(tx, variant), quantity })
  return named
}
