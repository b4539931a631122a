import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { movementColumns } from './movement-columns.ts'

export const movements = defineList({
  name: 'movements',
  description:
    'Every movement of a variant, newest first: what is on hand and reserved can be recounted from them.',
  args: [{ name: 'variant', description: 'SKU or UUID' }],
  input: z.object({ variant: z.string() }),
  empty: 'Nothing moved yet: laku stock adjust counts pieces in.',
  run: async (context, { variant }, page) => {
    const { listMovements } = await import('../../domain/warehouse/inventory/list-movements.ts')
    const { variantIdOf } = await import('./variant.ts')
    return await context.read(async ({ tx }) => {
      return await listMovements(tx, { variantId: await variantIdOf(tx, variant), ...page })
    })
  },
  columns: movementColumns,
})
