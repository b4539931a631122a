import { z } from 'zod'
import { defineBatch } from '../../cli/define/batch.ts'

const count = (least: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/, 'is no whole number')
    .transform(Number)
    .pipe(z.int().min(least))

const orElse = (value: string) => z.string().transform((text) => text.trim() || value)

const row = z.object({
  factory_id: z.uuid('is no UUID'),
  product: z.string().trim().min(1).max(200),
  description: z.string().max(10_000).optional(),
  sku: z.string().regex(/^[\w./-]{1,64}$/, 'takes letters, digits, and . / - _'),
  variant: z.string().trim().min(1).max(200),
  weight_g: count(1),
  price_idr: count(1),
  wholesale_unit: orElse('1').pipe(count(1)).optional(),
  max_excess_units: orElse('0').pipe(count(0)).optional(),
})

const lineOf = ({ factory_id, product, description, sku, variant, ...numbers }: z.output<typeof row>) => ({
  factoryId: factory_id,
  product,
  description,
  sku,
  name: variant,
  weightG: numbers.weight_g,
  priceIdr: numbers.price_idr,
  wholesaleUnit: numbers.wholesale_unit,
  maxExcessUnits: numbers.max_excess_units,
})

export const importVerb = defineBatch({
  name: 'import',
  isLong: true,
  description:
    'Import a catalogue with one variant in each row. New variants are added (a new product is a draft), and changed ones are updated.',
  row,
  input: z.object({}),
  examples: ['laku products import catalogue.csv --yes', 'laku products import catalogue.csv --dry-run'],
  keyOf: ({ sku }) => sku.toUpperCase(),
  check: async (work, item) => {
    const { importState } = await import('../../domain/product/index.ts')
    return (await importState(work, lineOf(item))) === 'same' ? 'done' : 'open'
  },
  change: async (work, item) => {
    const { importVariant } = await import('../../domain/product/index.ts')
    const product = await importVariant(work, lineOf(item))
    // The answer for a row holds only the row's own variant, and not all variants of its product. Otherwise
    // the answer for 10,000 rows would have 40 MB.
    return { ...product, variants: product.variants.filter(({ sku }) => sku === item.sku.toUpperCase()) }
  },
})
