import type { Rupiah, Tx } from '../../kernel/index.ts'
import { type BankAccount, channelsOf } from '../../ops/index.ts'
import { payoutErrors } from '../errors.ts'

/**
 * The result of comparing a payout's amount with the limits of the receiving account's channel. `takes`: the
 * amount is within the limits. `below` and `above`: the amount is outside them.
 */
export type ChannelFit = 'takes' | 'below' | 'above'

/** Compares an amount (rupiah) with the limits of a payout channel. An unknown channel accepts no amount. */
export async function channelFit(
  tx: Tx,
  { channelCode }: Pick<BankAccount, 'channelCode'>,
  amountIdr: Rupiah,
): Promise<{ fit: ChannelFit; minimumIdr: Rupiah; maximumIdr: Rupiah }> {
  const channel = (await channelsOf(tx, [channelCode])).get(channelCode)
  const { minimumIdr = 0, maximumIdr = 0 } = channel ?? {}
  const fit = amountIdr > maximumIdr ? 'above' : amountIdr < minimumIdr ? 'below' : 'takes'
  return { fit, minimumIdr, maximumIdr }
}

/**
 * Refuses a payout that the provider would refuse because of its amount.
 * @throws payout.outside_channel_limits with the channel's least and most
 */
export async function requireFit(
  tx: Tx,
  account: Pick<BankAccount, 'channelCode'>,
  amountIdr: Rupiah,
): Promise<void> {
  const { fit, minimumIdr, maximumIdr } = await channelFit(tx, account, amountIdr)
  if (fit === 'takes') return
  const { channelCode } = account
  throw payoutErrors.outside_channel_limits({ channelCode, amountIdr, minimumIdr, maximumIdr })
}
