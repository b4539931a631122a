import { z } from 'zod'
import { defineShow, section } from '../../cli/define/command.ts'
import { movementColumns } from './movement-columns.ts'

export const show = defineShow({
  name: 'show',
  description: 'Show the stock of one variant, its reservations and its latest movements.',
  args: [{ name: 'variant', description: 'the SKU or UUID of the variant' }],
  input: z.object({ variant: z.string() }),
  run: async (context, { variant }) => {
    const { showStock } = await import('../../domain/warehouse/inventory/read.ts')
    const { variantIdOf } = await import('./variant.ts')
    return await context.read(async ({ tx }) => await showStock(tx, await variantIdOf(tx, variant)))
  },
  fields: [
    { name: 'sku', heading: 'SKU', kind: 'code', value: (stock) => stock.sku },
    { name: 'variant_id', heading: 'id', kind: 'code', value: (stock) => stock.variantId },
    { name: 'product', value: (stock) => stock.product.name },
    { name: 'name', heading: 'variant', value: (stock) => stock.name },
    { name: 'on_hand', kind: 'number', value: (stock) => stock.onHand },
    { name: 'reserved', kind: 'number', value: (stock) => stock.reserved },
    { name: 'free', kind: 'number', value: (stock) => stock.free },
    { name: 'on_the_way', kind: 'number', value: (stock) => stock.onTheWay },
  ],
  sections: ({ reservations, movements }) => [
    section(
      'Reserved',
      [
        { name: 'created_at', heading: 'since', kind: 'time', value: (row) => row.createdAt },
        { name: 'subject', heading: 'for', value: (row) => `${row.subjectKind} ${row.subjectId}` },
        { name: 'quantity', kind: 'number', value: (row) => row.quantity },
      ],
      reservations,
    ),
    section('Movements', movementColumns, movements),
  ],
})
