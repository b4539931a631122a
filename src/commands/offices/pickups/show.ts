import { z } from 'zod'
import { defineShow, section } from '../../../cli/define/command.ts'

export const show = defineShow({
  name: 'show',
  description: 'One pickup, what it was to fetch and what was counted.',
  args: [{ name: 'pickup', description: 'UUID' }],
  input: z.object({ pickup: z.uuid() }),
  examples: ['laku offices pickups show 01990000-0000-7000-8000-000000000001'],
  run: async (context, { pickup }) => {
    const { getPickup } = await import('../../../domain/office/read-pickups.ts')
    return await context.read((work) => getPickup(work, pickup))
  },
  fields: [
    { name: 'id', kind: 'code', value: (one) => one.id },
    { name: 'status', kind: 'status', value: (one) => one.status },
    { name: 'status_reason', heading: 'why', value: (one) => one.statusReason },
    { name: 'purchase_order', kind: 'code', value: (one) => one.purchaseOrder.code },
    { name: 'factory', value: (one) => one.factory.name },
    { name: 'office', value: (one) => one.office.name },
    { name: 'scheduled_for', heading: 'day', value: (one) => one.scheduledFor },
    { name: 'started_at', kind: 'time', value: (one) => one.startedAt },
    { name: 'ended_at', kind: 'time', value: (one) => one.endedAt },
    { name: 'photo_url', heading: 'photo', value: (one) => one.photoUrl },
    { name: 'signed_by', value: (one) => one.signedBy },
    { name: 'signature_url', heading: 'signature', value: (one) => one.signatureUrl },
  ],
  sections: ({ items }) => [
    section(
      'Items',
      [
        { name: 'sku', heading: 'SKU', kind: 'code', value: (row) => row.sku },
        { name: 'expected', kind: 'number', value: (row) => row.expected },
        { name: 'counted', kind: 'number', value: (row) => row.counted },
      ],
      items,
    ),
  ],
})
