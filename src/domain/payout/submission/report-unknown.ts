import type { ProviderFailure, Work } from '../../kernel/index.ts'
import { formatIdr } from '../../kernel/index.ts'
import { commandFor } from '../outcomes/payout-event.ts'
import { deadFrom, repeatsUntil } from '../rules.ts'
import type { ClaimedPayout } from './claim.ts'

/** The provider's records of a payout whose outcome is unknown. */
export interface Shown {
  /** The number of payouts in the provider's list that have the payout's key. */
  listed: number
  /** The balance that the provider says it holds for laku; missing if it was not read. */
  balanceIdr?: number
}

/**
 * Notifies staff of a payout that may or may not have been made, with what is known from the provider's list
 * and balance.
 */
export async function reportUnknown(
  work: Work,
  payout: ClaimedPayout,
  { failure, shown }: { failure?: ProviderFailure | undefined; shown?: Shown | undefined },
): Promise<void> {
  const { id, key, amountIdr, calledAt, lastCalledAt, absentAt, calls } = payout
  if (payout.status !== 'submitted') return
  const until = repeatsUntil({ calledAt }, work.policy)
  const list = shown
    ? `the provider lists ${shown.listed || 'none'} of it`
    : "the provider's list was not read"
  const balance = shown?.balanceIdr === undefined ? '' : `, its balance is ${formatIdr(shown.balanceIdr)}`
  const next =
    until > work.now
      ? 'laku sends the same request again automatically'
      : `laku sends nothing more; run laku payouts declare-dead ${key} when it is allowed`
  work.requestAttention({
    kind: 'payout_stuck',
    subject: ['payout', id],
    message: `It is not known whether ${key} was paid: ${list}${balance}. Ask the provider; ${next}.`,
    command: commandFor({ key }),
    details: {
      amountIdr,
      calls,
      calledAt: calledAt.toISOString(),
      listed: shown?.listed ?? null,
      balanceIdr: shown?.balanceIdr ?? null,
      failureCode: failure?.code ?? null,
      repeatsUntil: until.toISOString(),
      deadFrom: deadFrom({ calledAt, lastCalledAt, absentAt }, work.policy).toISOString(),
    },
  })
}
