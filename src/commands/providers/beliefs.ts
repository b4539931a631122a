import { defaultPolicy, formatIdr, type Policy } from '../../domain/kernel/index.ts'
import { REFUND_CHANNELS, type RefundRule, settlementDays } from '../../providers/xendit/facts.ts'

/** A fact that laku assumes about the account at the payment provider. */
export interface Belief {
  about: string
  believed: string
  because: string
}

type Account = Pick<
  Policy,
  'refundForm' | 'refundChannels' | 'floatIdr' | 'invoiceMinimumIdr' | 'payoutMinimumIdr'
>

/**
 * Returns all facts that laku assumes about its account at the payment provider, such as how long a payment
 * can be refunded. A value in the configuration takes precedence over what is known about the provider.
 */
export function beliefsOf(policy: Account): Belief[] {
  const because = (name: keyof Account, fact: string) =>
    policy[name] === defaultPolicy[name] ? `${fact}; policy.${name} may say otherwise` : `policy.${name}`
  const form = policy.refundForm === 'current' ? 'by payment_request_id (current)' : 'by invoice_id (legacy)'
  return [
    {
      about: 'refunds name their payment',
      believed: form,
      because: because('refundForm', 'xendit.refund-request'),
    },
    ...refunds(policy),
    {
      about: 'refunds of any other channel',
      believed: 'none: the money goes into the wallet',
      because: 'xendit.refund-channels; policy.refundChannels may say otherwise',
    },
    ...Object.entries(settlementDays).map(([channel, days]) => ({
      about: `${channel} is settled`,
      believed: `after ${days} days, and not on a weekend`,
      because: 'xendit.settlement',
    })),
    {
      about: "the company's own money there (float)",
      believed: formatIdr(policy.floatIdr),
      because: because('floatIdr', 'xendit.settlement'),
    },
    {
      about: 'smallest invoice',
      believed: formatIdr(policy.invoiceMinimumIdr),
      because: because('invoiceMinimumIdr', 'xendit.invoice-minimum'),
    },
    {
      about: 'smallest payout',
      believed: formatIdr(policy.payoutMinimumIdr),
      because: because('payoutMinimumIdr', 'xendit.payout-minimum'),
    },
    {
      about: 'payout channels and their limits',
      believed: 'as the provider reports them',
      because: 'read from GET /payouts_channels four times a day (xendit.payout-channels until then)',
    },
  ]
}

function refunds({ refundChannels }: Account): Belief[] {
  const channels = new Set([...Object.keys(REFUND_CHANNELS), ...Object.keys(refundChannels)])
  return [...channels].map((channel) => {
    const own = refundChannels[channel]
    const rule = own === undefined ? REFUND_CHANNELS[channel] : own || undefined
    return {
      about: `refunds of ${channel}`,
      believed: said(rule),
      because: own === undefined ? 'xendit.refund-channels' : 'policy.refundChannels',
    }
  })
}

function said(rule: RefundRule | undefined): string {
  if (!rule) return 'none: the money goes into the wallet'
  return `within ${rule.days} days, ${rule.parts ? 'whole or in parts' : 'whole only'}`
}
