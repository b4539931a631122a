import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { courierPrices } from '../../domain/logistics/costs/courier-price-by-hand.ts'
import { shipmentStatesByHand } from '../../domain/logistics/transitions.ts'

export const setStatus = defineChange({
  name: 'set-status',
  description:
    'Set the status of a parcel by hand if its courier does not. A booked parcel is first cancelled at its courier. If the courier later says something else, an attention item appears.',
  args: [
    { name: 'shipment', description: 'the UUID or code of the shipment' },
    { name: 'status', description: `the new status: ${shipmentStatesByHand.join(', ')}` },
  ],
  options: [
    {
      flags: '--without-courier',
      description:
        'the parcel was never carried: cancel it even if its courier does not agree, does not know it or reported a pick-up',
    },
    {
      flags: '--courier-price <kept|returned>',
      description:
        'whether the courier keeps the price of an undelivered parcel (default: returned if cancelled, else kept)',
      choices: courierPrices,
    },
  ],
  input: z.object({
    shipment: z.string().min(1),
    status: z.enum(shipmentStatesByHand),
    withoutCourier: z.boolean().optional(),
    courierPrice: z.enum(courierPrices).optional(),
    isCancelledThere: z.boolean().optional(),
    courierSays: z.string().optional(),
  }),
  examples: [
    'laku shipments set-status SHP-261123-7K3QX2ABCD delivered --reason "the buyer has it"',
    'laku shipments set-status SHP-261123-7K3QX2ABCD cancelled --without-courier --reason "the driver never came"',
  ],
  needsReason: true,
  outside: async ({ context, actor, input }, run) => {
    const { cancelBooking, tryToCancelBooking } = await import('../../domain/order/index.ts')
    const { unitOfWork } = await context.laku()
    const { courier } = await context.providers()
    const asked = { unitOfWork, actor, courier }
    if (input.withoutCourier) return await run(await tryToCancelBooking(asked, input))
    return await run({ isCancelledThere: await cancelBooking(asked, input) })
  },
  change: async (work, { withoutCourier: isWithoutCourier, ...move }, note) => {
    const { setShipmentStatus } = await import('../../domain/order/index.ts')
    return await setShipmentStatus(work, { ...move, isWithoutCourier, note })
  },
  done: ({ code, status }: { code: string; status: string }) => `${code} is ${status}.`,
})
