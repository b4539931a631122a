import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { movementColumns } from './movement-columns.ts'

export const movements = defineList({
  name: 'movements',
  description: 'List all stock movements of a variant, newest first.',
  args: [{ name: 'variant', description: 'the SKU or UUID of the variant' }],
  input: z.object({ variant: z.string() }),
  empty: 'No movements yet. Add pieces with laku stock adjust.',
  run: async (context, { variant }, page) => {
    const { listMovements } = await import('../../domain/warehouse/inventory/list-movements.ts')
    const { variantIdOf } = await import('./variant.ts')
    return await context.read(async ({ tx }) => {
      return await listMovements(tx, { variantId: await variantIdOf(tx, variant), ...page })
    })
  },
  columns: movementColumns,
})
