import { z } from 'zod'
import { defineTask } from '../define-command.ts'
import { courierChoice, courierContext } from './courier.ts'

export const create = defineTask({
  name: 'create',
  description:
    'Book a courier for a paid order now, held or not; another one than the buyer chose where one is named.',
  args: [{ name: 'order', description: 'UUID or code' }],
  options: [{ flags: '--courier <courier>', description: 'company:type, like tiki:reg' }],
  input: z.object({ order: z.string().min(1), courier: courierChoice.optional() }),
  examples: ['laku shipments create ORD-261123-7K3QX2ABCD --courier tiki:reg'],
  run: async (context, { order, courier }) => {
    const { bookShipment } = await import('../../domain/logistics/index.ts')
    const { getOrder } = await import('../../domain/order/index.ts')
    const { parcelOrigin } = await import('../../runtime/parcel-origin.ts')
    const couriers = await courierContext(context)
    const { id } = await context.read((work) => getOrder(work, order))
    const origin = parcelOrigin((await context.laku()).config)
    const shipment = await bookShipment({ ...couriers, origin }, id, courier)
    const { code, status, waybill } = shipment
    const more =
      status === 'pending' ? 'the courier does not answer; it is tried again by itself' : (waybill ?? '')
    return { json: shipment, text: `${code} is ${status}${more ? `: ${more}` : ''}.` }
  },
})
