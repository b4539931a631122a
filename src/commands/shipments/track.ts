import { z } from 'zod'
import { defineTask } from '../define-command.ts'
import { courierContext } from './courier.ts'

export const track = defineTask({
  name: 'track',
  description: 'Ask the courier where a parcel is, now, and follow what it says.',
  args: [{ name: 'shipment', description: 'UUID or code' }],
  input: z.object({ shipment: z.string().min(1) }),
  examples: ['laku shipments track SHP-261123-7K3QX2ABCD'],
  run: async (context, { shipment }) => {
    const { trackShipment } = await import('../../domain/logistics/index.ts')
    const tracked = await trackShipment(await courierContext(context), shipment)
    const { code, status, waybill } = tracked
    return { json: tracked, text: `${code} is ${status}${waybill ? `, waybill ${waybill}` : ''}.` }
  },
})
