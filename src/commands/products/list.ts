import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { statesOf } from '../../domain/kernel/transitions.ts'
import { productTransitions } from '../../domain/product/transitions.ts'

const statuses = statesOf(productTransitions)

export const list = defineList({
  name: 'list',
  description: 'List products, newest first.',
  options: [
    { flags: '--status <status>', description: 'only with this status', choices: statuses },
    { flags: '--factory <factory>', description: 'only of this factory (UUID)' },
  ],
  input: z.object({ status: z.enum(statuses).optional(), factory: z.uuid().optional() }),
  examples: ['laku products list --status active'],
  run: async (context, { status, factory: factoryId }, page) => {
    const { listStockedProducts } = await import('../../domain/warehouse/inventory/products-in-stock.ts')
    return await context.read(({ tx }) =>
      listStockedProducts(tx, { status: status ?? 'any', factoryId, ...page }),
    )
  },
  columns: [
    { name: 'id', kind: 'code', value: (row) => row.id },
    { name: 'name', value: (row) => row.name },
    { name: 'status', kind: 'status', value: (row) => row.status },
    { name: 'factory', spare: true, value: (row) => row.factory.name },
    { name: 'variants', kind: 'number', spare: true, value: (row) => row.variants.length },
    { name: 'in_stock', value: (row) => row.variants.some((variant) => variant.inStock) },
    { name: 'rating', spare: true, value: (row) => ratingOf(row.rating) },
  ],
  empty: 'No products. Create one with laku products create, or many with laku products import.',
})

/** Returns a rating as `4.5 (12)`: the mean, and how many people gave a rating. */
export function ratingOf({ average, count }: { average: number | null; count: number }): string | null {
  return average === null ? null : `${average.toFixed(1)} (${count})`
}
