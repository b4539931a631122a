import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'

export const list = defineList({
  name: 'list',
  description: 'List the stock of all variants, newest variant first.',
  options: [{ flags: '--product <id>', description: 'only of this product (UUID)' }],
  input: z.object({ product: z.uuid().optional() }),
  examples: ['laku stock list --csv > stock.csv'],
  empty: 'No variants. Try without --product, or add products with laku products create.',
  run: async (context, { product }, page) => {
    const { listStock } = await import('../../domain/warehouse/inventory/read.ts')
    return await context.read(({ tx }) => listStock(tx, { productId: product, ...page }))
  },
  columns: [
    { name: 'sku', heading: 'SKU', kind: 'code', value: (row) => row.sku },
    { name: 'product', value: (row) => row.product.name },
    { name: 'name', heading: 'variant', value: (row) => row.name },
    { name: 'on_hand', kind: 'number', value: (row) => row.onHand },
    { name: 'reserved', kind: 'number', value: (row) => row.reserved },
    { name: 'free', kind: 'number', value: (row) => row.free },
    { name: 'on_the_way', kind: 'number', value: (row) => row.onTheWay },
  ],
})
