import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { shipmentStatesByHand } from '../../domain/logistics/transitions.ts'

export const setStatus = defineChange({
  name: 'set-status',
  description:
    'Set the status of a parcel by hand if its courier does not. A booked parcel is first cancelled at its courier. If the courier later says something else, an attention item appears.',
  args: [
    { name: 'shipment', description: 'the UUID or code of the shipment' },
    { name: 'status', description: `the new status: ${shipmentStatesByHand.join(', ')}` },
  ],
  input: z.object({
    shipment: z.string().min(1),
    status: z.enum(shipmentStatesByHand),
    isCancelledThere: z.boolean().optional(),
  }),
  examples: ['laku shipments set-status SHP-261123-7K3QX2ABCD delivered --reason "the buyer has it"'],
  needsReason: true,
  outside: async ({ context, actor, input }, run) => {
    const { cancelBooking } = await import('../../domain/order/index.ts')
    const { unitOfWork } = await context.laku()
    const { courier } = await context.providers()
    const isCancelledThere = await cancelBooking({ unitOfWork, actor, courier }, input)
    return await run({ isCancelledThere })
  },
  change: async (work, { shipment, status, isCancelledThere }, reason) => {
    const { setShipmentStatus } = await import('../../domain/order/index.ts')
    return await setShipmentStatus(work, { shipment, status, note: reason, isCancelledThere })
  },
  done: ({ code, status }: { code: string; status: string }) => `${code} is ${status}.`,
})
