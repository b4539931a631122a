import { z } from 'zod'
import { defineShow, section } from '../../cli/define/command.ts'
import { ratingOf } from './list.ts'

export const show = defineShow({
  name: 'show',
  description: 'Show one product and its variants.',
  args: [{ name: 'product', description: 'the UUID of the product' }],
  input: z.object({ product: z.uuid() }),
  examples: ['laku products show 01990000-0000-7000-8000-000000000001'],
  run: async (context, { product }) => {
    const { getStockedProduct } = await import('../../domain/warehouse/inventory/products-in-stock.ts')
    return await context.read(({ tx }) => getStockedProduct(tx, product, { withInactive: true }))
  },
  fields: [
    { name: 'name', value: (product) => product.name },
    { name: 'id', kind: 'code', value: (product) => product.id },
    { name: 'status', kind: 'status', value: (product) => product.status },
    { name: 'factory', value: (product) => product.factory.name },
    { name: 'rating', value: (product) => ratingOf(product.rating) },
    { name: 'description', value: (product) => product.description },
  ],
  sections: ({ variants }) => [
    section(
      'Variants',
      [
        { name: 'sku', heading: 'SKU', kind: 'code', value: (row) => row.sku },
        { name: 'name', value: (row) => row.name },
        { name: 'price_idr', kind: 'idr', value: (row) => row.priceIdr },
        { name: 'weight_g', heading: 'grams', kind: 'number', value: (row) => row.weightG },
        {
          name: 'size',
          heading: 'size (cm)',
          value: ({ size }) => size && `${size.lengthCm} x ${size.widthCm} x ${size.heightCm}`,
        },
        { name: 'wholesale_unit', heading: 'bundle', kind: 'number', value: (row) => row.wholesaleUnit },
        { name: 'max_excess_units', heading: 'excess', kind: 'number', value: (row) => row.maxExcessUnits },
        { name: 'in_stock', value: (row) => row.inStock },
      ],
      variants,
    ),
  ],
})
