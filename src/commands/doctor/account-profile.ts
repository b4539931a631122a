import { formatIdr, type Policy, type Rupiah, secondsAfter } from '../../domain/kernel/index.ts'
import { channelsTold } from '../../domain/ops/index.ts'
import { countMisshapen } from '../../domain/payment/index.ts'
import { REFUND_CHANNELS, type RefundRule } from '../../providers/xendit/facts.ts'
import type { Laku } from '../../runtime/laku.ts'
import type { DoctorCheck } from './checks.ts'

/**
 * The facts that laku assumes about its account at the payment provider (the account's profile). `laku
 * providers show` gives the reasons, channel by channel.
 */
export interface AccountProfile {
  refundForm: 'current' | 'legacy'
  /**
   * The payment channels that can refund money to its source. `days` is the number of days for which a
   * channel can do so. `parts` is true if the channel can refund a part of a payment. All other refunds go to
   * the buyer's wallet.
   */
  refunds: { channel: string; days: number; parts: boolean }[]
  floatIdr: Rupiah
  payoutChannels: { count: number; readAt: Date | null }
}

export async function accountProfile({ db, policy }: Laku): Promise<AccountProfile> {
  return {
    refundForm: policy.refundForm,
    refunds: refundsOf(policy),
    floatIdr: policy.floatIdr,
    payoutChannels: await channelsTold(db),
  }
}

function refundsOf({ refundChannels }: Pick<Policy, 'refundChannels'>): AccountProfile['refunds'] {
  const rules: Record<string, RefundRule | false> = { ...REFUND_CHANNELS, ...refundChannels }
  return Object.entries(rules).flatMap(([channel, rule]) => (rule ? [{ channel, ...rule }] : []))
}

/**
 * Returns lines of text about laku's account at the payment provider. They say how refunds and payouts work,
 * and how much money in the account belongs to the company itself.
 */
export function profileLines({ refundForm, refunds, floatIdr, payoutChannels }: AccountProfile): string[] {
  const name = refundForm === 'current' ? 'payment_request_id' : 'invoice_id'
  const back = refunds.map(({ channel, days, parts }) => `${channel} ${days}${parts ? '' : ' (whole only)'}`)
  const { count, readAt } = payoutChannels
  const told =
    readAt === null
      ? 'as documented: the provider was not asked yet'
      : `${count} channels, told by the provider at ${readAt.toISOString()}`
  return [
    'the account at the payment provider, as laku assumes it (laku providers show gives the sources):',
    `  refunds name their payment by ${name} (${refundForm})`,
    `  days in which each channel accepts a refund: ${back.join(', ') || 'none'}; anything else goes to the wallet`,
    `  payouts: ${told}`,
    `  the company's own money there (float): ${formatIdr(floatIdr)}`,
  ]
}

const CHANNELS_OLD_S = 2 * 86_400
const REFUSED_WITHIN_S = 7 * 86_400

/**
 * The check of what laku assumes about its account at the payment provider. For example, refused refunds may
 * show that an assumption is wrong.
 */
export const accountProfileCheck: DoctorCheck = {
  name: 'account profile',
  examine: async (laku) => {
    const now = laku.clock.now()
    const { refundForm, payoutChannels } = await accountProfile(laku)
    const refused = await countMisshapen(laku.db, secondsAfter(now, -REFUSED_WITHIN_S))
    const { readAt } = payoutChannels
    const other = refundForm === 'current' ? 'legacy' : 'current'
    return [
      ...(refused > 0
        ? [
            {
              severity: 'warning' as const,
              message: `${refused} refunds of a week were refused for what they look like: the account may take the ${other} form (policy.refundForm is ${refundForm})`,
              command: 'laku providers check',
            },
          ]
        : []),
      ...(readAt !== null && readAt < secondsAfter(now, -CHANNELS_OLD_S)
        ? [
            {
              severity: 'warning' as const,
              message: `the payout channels were told by the provider last at ${readAt.toISOString()}`,
              command: 'laku providers check',
            },
          ]
        : []),
    ]
  },
}
