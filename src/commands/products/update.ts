import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { usageError } from '../../cli/errors/cli-error.ts'
import { stocked } from './with-stock.ts'

const price = z.string().transform((text, context) => {
  const [sku = '', idr = ''] = text.split('=')
  if (!sku || !/^\d{1,10}$/.test(idr) || Number(idr) < 1) {
    context.addIssue('it takes SKU=price, like KAOS-M=62000')
    return z.NEVER
  }
  return { sku, priceIdr: Number(idr) }
})

export const update = defineChange({
  name: 'update',
  description: 'Change the texts or the prices of a product. Existing sessions and orders keep theirs.',
  args: [{ name: 'product', description: 'the UUID of the product' }],
  options: [
    { flags: '--name <name>', description: 'the new name' },
    { flags: '--description <text>', description: 'the new description' },
    { flags: '--price <price...>', description: 'one or more new prices, each as SKU=price in rupiah' },
  ],
  input: z.object({
    product: z.uuid(),
    name: z.string().trim().min(1).max(200).optional(),
    description: z.string().max(10_000).optional(),
    price: z.array(price).default([]),
  }),
  examples: ['laku products update 0190… --price KAOS-M=62000 --reason "the factory lowered it"'],
  change: async (work, { product: productId, price: prices, ...input }) => {
    const { updateProduct, variantBySku } = await import('../../domain/product/index.ts')
    if (prices.length === 0 && Object.keys(input).length === 0) {
      throw usageError('nothing to change: give --name, --description or --price')
    }
    const variants = []
    for (const { sku, priceIdr } of prices) {
      variants.push({ id: (await variantBySku(work.tx, sku)).id, priceIdr })
    }
    return await stocked(work, await updateProduct(work, { productId, variants, ...input }))
  },
  done: ({ name }) => `${name} is changed.`,
})
