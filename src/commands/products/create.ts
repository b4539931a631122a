import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { variantOption } from './variant-option.ts'
import { stocked } from './with-stock.ts'

export const create = defineChange({
  name: 'create',
  description: 'Add a product of a factory with its variants. It is a draft, unless you give --active.',
  options: [
    { flags: '--factory <factory>', description: 'the UUID of the factory' },
    { flags: '--name <name>', description: 'the name that buyers read' },
    { flags: '--description <text>', description: 'the description that buyers read' },
    {
      flags: '--variant <variant...>',
      description: 'one or more variants: SKU:name:grams:price[:bundle[:excess]]',
    },
    { flags: '--active', description: 'put it on sale now' },
  ],
  input: z.object({
    factory: z.uuid(),
    name: z.string().trim().min(1).max(200),
    description: z.string().max(10_000).optional(),
    variant: z.array(variantOption).min(1),
    active: z.boolean().default(false),
  }),
  examples: [
    'laku products create --factory 0190… --name "Kaos polos" --variant "KAOS-M:hitam, M:180:65000:12:24" --active',
  ],
  change: async (work, { factory: factoryId, variant: variants, active, ...input }) => {
    const { createProduct } = await import('../../domain/product/index.ts')
    const status = active ? 'active' : 'draft'
    return await stocked(work, await createProduct(work, { factoryId, variants, status, ...input }))
  },
  done: ({ name, id, status }) => `${name} is added (${status}): ${id}`,
})
