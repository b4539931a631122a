import { z } from 'zod'
import { defineTask } from '../../cli/define/command.ts'
import { formatIdr } from '../../domain/kernel/index.ts'
import { courierContext } from './courier.ts'

export const rates = defineTask({
  name: 'rates',
  description: 'Show what couriers charge from the warehouse to a postal code, cheapest first.',
  args: [
    { name: 'postal-code', description: 'the postal code, 5 digits' },
    { name: 'weight', description: 'the weight in grams' },
  ],
  reads: true,
  input: z.object({
    postalCode: z.string().regex(/^\d{5}$/, 'it takes five digits'),
    weight: z
      .string()
      .regex(/^[1-9]\d{0,6}$/, 'it takes whole grams')
      .transform(Number),
  }),
  examples: ['laku shipments rates 12730 800'],
  run: async (context, { postalCode, weight }) => {
    const { offeredRates } = await import('../../domain/logistics/index.ts')
    const { requireStaff } = await import('../../domain/kernel/index.ts')
    const couriers = await courierContext(context)
    requireStaff(couriers.actor, 'support', 'warehouse', 'finance', 'service')
    const { warehousePostalCode: originPostalCode } = (await context.laku()).config
    const parcel = { originPostalCode, destinationPostalCode: postalCode, weightG: weight }
    const data = await offeredRates(couriers, parcel)
    const lines = data.map(
      ({ company, type, service, priceIdr, duration, source }) =>
        `${company}:${type}  ${formatIdr(priceIdr)}  ${service}, ${duration} (${source})`,
    )
    return { json: { data }, text: lines.join('\n') }
  },
})
