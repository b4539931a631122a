import { z } from 'zod'
import { defineChange } from '../../../cli/define/command.ts'
import { requireInstant } from '../../../cli/output/times.ts'
import { jakartaDate } from '../../../domain/kernel/index.ts'

export const schedule = defineChange({
  name: 'schedule',
  description: 'Schedule a pickup of the missing goods of a purchase order, by the office of the factory.',
  args: [{ name: 'purchase-order', description: 'the UUID or code of the purchase order' }],
  options: [
    { flags: '--day <date>', description: 'the day of the pickup: a date, tomorrow, +2d (tomorrow)' },
  ],
  input: z.object({ purchaseOrder: z.string(), day: z.string().default('tomorrow') }),
  examples: ['laku offices pickups schedule PO-261125-7K3QX2 --day 2026-11-27'],
  change: async (work, { purchaseOrder, day }) => {
    const { schedulePickup } = await import('../../../domain/office/index.ts')
    const scheduledFor = jakartaDate(requireInstant(day, '--day', work.now))
    return await schedulePickup(work, { purchaseOrder, scheduledFor })
  },
  done: ({ office, purchaseOrder, scheduledFor }) =>
    `${office.name} picks ${purchaseOrder.code} up on ${scheduledFor}.`,
})
