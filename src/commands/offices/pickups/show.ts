import { z } from 'zod'
import { defineShow, section } from '../../../cli/define/command.ts'

export const show = defineShow({
  name: 'show',
  description: 'Show one pickup: the goods to fetch, and what was counted.',
  args: [{ name: 'pickup', description: 'the UUID of the pickup' }],
  input: z.object({ pickup: z.uuid() }),
  examples: ['laku offices pickups show 01990000-0000-7000-8000-000000000001'],
  run: async (context, { pickup }) => {
    const { getPickup } = await import('../../../domain/office/read-pickups.ts')
    return await context.read((work) => getPickup(work, pickup))
  },
  fields: [
    { name: 'id', kind: 'code', value: (pickup) => pickup.id },
    { name: 'status', kind: 'status', value: (pickup) => pickup.status },
    { name: 'status_reason', heading: 'why', value: (pickup) => pickup.statusReason },
    { name: 'purchase_order', kind: 'code', value: (pickup) => pickup.purchaseOrder.code },
    { name: 'factory', value: (pickup) => pickup.factory.name },
    { name: 'office', value: (pickup) => pickup.office.name },
    { name: 'scheduled_for', heading: 'day', value: (pickup) => pickup.scheduledFor },
    { name: 'started_at', kind: 'time', value: (pickup) => pickup.startedAt },
    { name: 'ended_at', kind: 'time', value: (pickup) => pickup.endedAt },
    { name: 'photo_url', heading: 'photo', value: (pickup) => pickup.photoUrl },
    { name: 'signed_by', value: (pickup) => pickup.signedBy },
    { name: 'signature_url', heading: 'signature', value: (pickup) => pickup.signatureUrl },
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
