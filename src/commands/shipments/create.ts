import { z } from 'zod'
import { defineAsking } from '../../cli/define/asking.ts'
import { courierChoice, courierContext } from './courier.ts'

export const create = defineAsking({
  name: 'create',
  description:
    'Book a courier for a paid order now, also if it is on hold. --courier books another courier than the buyer chose.',
  args: [{ name: 'order', description: 'the UUID or code of the order' }],
  options: [{ flags: '--courier <courier>', description: 'the courier as company:type, like tiki:reg' }],
  input: z.object({ order: z.string().min(1), courier: courierChoice.optional() }),
  examples: [
    'laku shipments create ORD-261123-7K3QX2ABCD --courier tiki:reg',
    'laku shipments create ORD-261123-7K3QX2ABCD --dry-run',
  ],
  intend: async (work, { order, courier }, { context }) => {
    const { getOrder, intendBooking } = await import('../../domain/order/index.ts')
    const { parcelOrigin } = await import('../../runtime/parcel-origin.ts')
    const origin = parcelOrigin((await context.laku()).config)
    const { id } = await getOrder(work, order)
    const bookings = await intendBooking(work, { orderId: id, courier, origin })
    return bookings.map(({ orderCode, request: { company, type, destination } }) => ({
      provider: 'biteship' as const,
      what: `to book ${company} ${type} for ${orderCode}, to ${destination.postalCode}; its price is posted`,
    }))
  },
  run: async ({ context, actor, input: { order, courier } }) => {
    const { bookShipment, getOrder } = await import('../../domain/order/index.ts')
    const { parcelOrigin } = await import('../../runtime/parcel-origin.ts')
    const { id } = await context.read((work) => getOrder(work, order))
    const origin = parcelOrigin((await context.laku()).config)
    return await bookShipment({ ...(await courierContext(context)), actor, origin }, id, courier)
  },
  done: ({ code, status, waybill }) => {
    const more =
      status === 'pending' ? 'the courier does not answer; laku tries again automatically' : (waybill ?? '')
    return `${code} is ${status}${more ? `: ${more}` : ''}.`
  },
})
