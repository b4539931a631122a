import { z } from 'zod'
import { defineAsking } from '../../cli/define/asking.ts'
import { courierContext } from './courier.ts'

export const track = defineAsking({
  name: 'track',
  description: 'Ask the courier now where a parcel is, and update its status.',
  args: [{ name: 'shipment', description: 'the UUID or code of the shipment' }],
  input: z.object({ shipment: z.string().min(1) }),
  examples: ['laku shipments track SHP-261123-7K3QX2ABCD'],
  intend: async (work, { shipment }) => {
    const { intendTracking } = await import('../../domain/logistics/index.ts')
    const { code, providerOrderId } = await intendTracking(work, shipment)
    if (providerOrderId === null) return []
    return [{ provider: 'biteship', what: `where ${code} is, its order ${providerOrderId}` }]
  },
  run: async ({ context, actor, input: { shipment } }) => {
    const { trackShipment } = await import('../../domain/logistics/index.ts')
    return await trackShipment({ ...(await courierContext(context)), actor }, shipment)
  },
  done: ({ code, status, waybill }) => `${code} is ${status}${waybill ? `, waybill ${waybill}` : ''}.`,
})
