import { z } from 'zod'

const whole = (text: string) => /^\d{1,10}$/.test(text)

/**
 * A variant as it is written on one line: `SKU:name:grams:price[:bundle[:excess]]`. `bundle` is the number of
 * pieces in a bundle, 1 by default: the factory sells only whole bundles. `excess` is the maximum number of
 * pieces that the warehouse may take beyond the ordered ones, to fill the last bundle; 0 by default.
 */
export const variantOption = z.string().transform((text, context) => {
  const [
    sku = '',
    name = '',
    weightG = '',
    priceIdr = '',
    wholesaleUnit = '1',
    maxExcessUnits = '0',
    ...more
  ] = text.split(':')
  const numbers = [weightG, priceIdr, wholesaleUnit, maxExcessUnits]
  if (!/^[\w./-]{1,64}$/.test(sku) || !name.trim() || !numbers.every(whole) || more.length > 0) {
    context.addIssue(
      'it takes SKU:name:grams:price[:bundle[:excess]], like KAOS-M:"hitam, M":180:65000:12:24',
    )
    return z.NEVER
  }
  return {
    sku,
    name: name.trim(),
    weightG: Number(weightG),
    priceIdr: Number(priceIdr),
    wholesaleUnit: Number(wholesaleUnit),
    maxExcessUnits: Number(maxExcessUnits),
  }
})
