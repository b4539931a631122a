import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import type { ProductStatus } from '../../domain/product/index.ts'
import { stocked } from './with-stock.ts'

const toStatus = (name: string, status: ProductStatus, description: string, said: string) =>
  defineChange({
    name,
    description,
    args: [{ name: 'product', description: 'the UUID of the product' }],
    input: z.object({ product: z.uuid() }),
    examples: [`laku products ${name} 01990000-0000-7000-8000-000000000001`],
    change: async (work, { product: productId }) => {
      const { updateProduct } = await import('../../domain/product/index.ts')
      return await stocked(work, await updateProduct(work, { productId, status }))
    },
    done: (product) => `${product.name} ${said}.`,
  })

export const activate = toStatus('activate', 'active', 'Put a product on sale.', 'is on sale')
export const deactivate = toStatus(
  'deactivate',
  'inactive',
  'Take a product off sale; sessions that run go on.',
  'is off sale',
)
