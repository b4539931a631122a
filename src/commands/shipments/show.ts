import { z } from 'zod'
import { defineShow, section } from '../../cli/define/command.ts'

export const show = defineShow({
  name: 'show',
  description: 'One shipment and what happened to it.',
  args: [{ name: 'shipment', description: 'UUID or code' }],
  input: z.object({ shipment: z.string().min(1) }),
  run: async (context, { shipment }) => {
    const { getShipment } = await import('../../domain/logistics/read.ts')
    return await context.read((work) => getShipment(work, shipment))
  },
  fields: [
    { name: 'code', kind: 'code', value: (one) => one.code },
    { name: 'id', kind: 'code', value: (one) => one.id },
    { name: 'order_id', heading: 'order', kind: 'code', value: (one) => one.orderId },
    { name: 'status', kind: 'status', value: (one) => one.status },
    { name: 'courier', value: (one) => `${one.courier.company} ${one.courier.type}` },
    { name: 'waybill', value: (one) => one.waybill },
    { name: 'tracking_url', heading: 'tracking', value: (one) => one.trackingUrl },
  ],
  sections: ({ events }) => [
    section(
      'Events',
      [
        { name: 'happened_at', kind: 'time', value: (row) => row.happenedAt },
        { name: 'status', kind: 'status', value: (row) => row.status },
        { name: 'note', value: (row) => row.note },
      ],
      events,
    ),
  ],
})
