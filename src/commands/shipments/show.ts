import { z } from 'zod'
import { defineShow, section } from '../../cli/define/command.ts'

export const show = defineShow({
  name: 'show',
  description: 'Show one shipment and its tracking events.',
  args: [{ name: 'shipment', description: 'the UUID or code of the shipment' }],
  input: z.object({ shipment: z.string().min(1) }),
  run: async (context, { shipment }) => {
    const { getShipment } = await import('../../domain/logistics/read.ts')
    return await context.read((work) => getShipment(work, shipment))
  },
  fields: [
    { name: 'code', kind: 'code', value: (shipment) => shipment.code },
    { name: 'id', kind: 'code', value: (shipment) => shipment.id },
    { name: 'order_id', heading: 'order', kind: 'code', value: (shipment) => shipment.orderId },
    { name: 'status', kind: 'status', value: (shipment) => shipment.status },
    { name: 'courier', value: (shipment) => `${shipment.courier.company} ${shipment.courier.type}` },
    { name: 'waybill', value: (shipment) => shipment.waybill },
    { name: 'tracking_url', heading: 'tracking', value: (shipment) => shipment.trackingUrl },
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
