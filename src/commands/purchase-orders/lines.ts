import { z } from 'zod'
import type { Tx } from '../../domain/kernel/index.ts'
import { variantIdOf } from '../stock/variant.ts'

/**
 * An ordered line as people type it: `SKU=24`, the pieces of a variant that is named by its SKU or its UUID.
 */
export const orderedLine = z
  .string()
  .regex(/^[^=]+=\d{1,7}$/, 'it takes SKU=pieces, like KAOS-HITAM-M=24')
  .transform((text) => {
    const at = text.lastIndexOf('=')
    return { variant: text.slice(0, at), quantity: Number(text.slice(at + 1)) }
  })

/**
 * A received line as people type it, `SKU=22` or `SKU=22,2`: the good pieces that came, and after the comma
 * the damaged ones.
 */
export const receivedLine = z
  .string()
  .regex(/^[^=]+=\d{1,7}(,\d{1,7})?$/, 'it takes SKU=good[,damaged], like KAOS-HITAM-M=22,2')
  .transform((text) => {
    const at = text.lastIndexOf('=')
    const [good = 0, damaged = 0] = text
      .slice(at + 1)
      .split(',')
      .map(Number)
    return { variant: text.slice(0, at), good, damaged }
  })

/**
 * Returns the lines of a purchase order with the ids of their variants, instead of SKUs or other names.
 * Throws product.variant_not_found.
 */
export async function withVariantIds<L extends { variant: string }>(
  tx: Tx,
  lines: readonly L[],
): Promise<(Omit<L, 'variant'> & { variantId: string })[]> {
  const named: (Omit<L, 'variant'> & { variantId: string })[] = []
  for (const { variant, ...line } of lines) named.push({ ...line, variantId: await variantIdOf(tx, variant) })
  return named
}
