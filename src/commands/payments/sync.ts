import { z } from 'zod'
import { type Ask, defineAsking } from '../../cli/define/asking.ts'
import { formatIdr } from '../../domain/kernel/index.ts'
import type { IntendedSync, ProviderBookRead } from '../../domain/payment/index.ts'
import { gatewayContext } from './gateway.ts'

export const sync = defineAsking({
  name: 'sync',
  description:
    'Ask the provider now about one payment and its refunds. Without a payment: about fees, sweeps and chargebacks.',
  args: [{ name: 'payment', description: 'the UUID or code of the payment', optional: true }],
  input: z.object({ payment: z.string().optional() }),
  examples: [
    'laku payments sync PAY-261123-7K3QX2ABCD',
    'laku payments sync PAY-261123-7K3QX2ABCD --dry-run',
    'laku payments sync',
  ],
  intend: async (work, { payment }) => {
    const { intendBookReading, intendSync } = await import('../../domain/payment/index.ts')
    if (payment !== undefined) return asksOf(await intendSync(work, payment))
    const since = await intendBookReading(work)
    return [
      { provider: 'xendit', what: `its transaction list since ${since?.toISOString() ?? 'its beginning'}` },
    ]
  },
  run: async ({ context, actor, input: { payment } }) => {
    const { intendBookReading, readProviderBook, syncPayment } = await import('../../domain/payment/index.ts')
    const { payouts } = await context.providers()
    const gateway = { ...(await gatewayContext(context)), actor, payouts }
    if (payment !== undefined) return await syncPayment(gateway, payment)
    await gateway.unitOfWork.run(actor, intendBookReading)
    return await readProviderBook(gateway)
  },
  done: (found) => {
    if ('transactions' in found) return told(found)
    const refunds = found.refunds.map((refund) => `${refund.code} is ${refund.status}`)
    const { contradiction } = found
    const contradicted = contradiction ? [`${contradiction.says} See laku payments show ${found.code}.`] : []
    return [`${found.code} is ${found.status}`, ...contradicted, ...refunds].join('\n')
  },
})

function asksOf({ asked, refunds }: IntendedSync): Ask[] {
  return [
    ...asked.map(({ code, providerInvoiceId }) => ({
      provider: 'xendit' as const,
      what: `the state of ${code}${providerInvoiceId ? `, its invoice ${providerInvoiceId}` : ''}`,
    })),
    ...refunds.map(({ code, amountIdr, providerRefundId }) => ({
      provider: 'xendit' as const,
      what: providerRefundId
        ? `the state of ${code}, its refund ${providerRefundId}`
        : `to make the refund ${code}, ${formatIdr(amountIdr)}, under its own key`,
    })),
  ]
}

function told(read: ProviderBookRead): string {
  const { transactions, fees, feesIdr, moved, chargebacks, suspended, asked, complete } = read
  const more = complete ? '' : ' There is more: run it again.'
  return `Read ${transactions} lines: booked ${fees} fees (${formatIdr(feesIdr)}), ${moved} sweeps, ${chargebacks} chargebacks; asked about ${asked} lines; ${suspended} went into suspense.${more}`
}
