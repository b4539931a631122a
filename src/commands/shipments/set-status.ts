import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { shipmentStatesByHand } from '../../domain/logistics/transitions.ts'

export const setStatus = defineChange({
  name: 'set-status',
  description:
    'Set the status of a parcel by hand if its courier does not. If the courier later says something else, an attention item appears.',
  args: [
    { name: 'shipment', description: 'the UUID or code of the shipment' },
    { name: 'status', description: `the new status: ${shipmentStatesByHand.join(', ')}` },
  ],
  input: z.object({ shipment: z.string().min(1), status: z.enum(shipmentStatesByHand) }),
  examples: ['laku shipments set-status SHP-261123-7K3QX2ABCD delivered --reason "the buyer has it"'],
  needsReason: true,
  change: async (work, { shipment, status }, reason) => {
    const { setShipmentStatus } = await import('../../domain/order/index.ts')
    return await setShipmentStatus(work, { shipment, status, note: reason })
  },
  done: ({ code, status }) => `${code} is ${status}.`,
})
