import { z } from 'zod'
import { formatIdr } from '../../domain/kernel/index.ts'
import { defineTask } from '../define-command.ts'
import { gatewayContext } from './gateway.ts'

export const sync = defineTask({
  name: 'sync',
  description:
    'Ask the provider now: about one payment and its refunds, or without one for fees, sweeps and chargebacks.',
  args: [{ name: 'payment', description: 'UUID or code', optional: true }],
  input: z.object({ payment: z.string().optional() }),
  examples: ['laku payments sync PAY-261123-7K3QX2ABCD', 'laku payments sync'],
  run: async (context, { payment }) => {
    const { readProviderBook, syncPayment } = await import('../../domain/payment/index.ts')
    const gateway = await gatewayContext(context)
    if (payment !== undefined) {
      const found = await syncPayment(gateway, payment)
      const refunds = found.refunds.map((one) => `${one.code} is ${one.status}`)
      return { json: found, text: [`${found.code} is ${found.status}`, ...refunds].join('\n') }
    }
    const { requireStaff } = await import('../../domain/kernel/index.ts')
    requireStaff(gateway.actor, 'finance')
    const read = await readProviderBook(gateway)
    const { transactions, fees, feesIdr, moved, chargebacks, complete } = read
    const more = complete ? '' : ' There is more: run it again.'
    const text = `Read ${transactions} lines: booked ${fees} fees (${formatIdr(feesIdr)}), ${moved} sweeps, ${chargebacks} chargebacks.${more}`
    return { json: read, text }
  },
})
