import { insertRows, newId, type Work } from '../../kernel/index.ts'
import type { BankAccount } from '../../ops/index.ts'
import type { PayoutPurpose } from '../events.ts'
import type { GatewayPayout } from '../gateway.ts'
import { applyPayoutAnswers } from '../outcomes/apply-answers.ts'
import { verdictOf } from '../rules.ts'
import { sealAccount } from './destination.ts'
import type { PayoutOwner } from './lock.ts'

/**
 * Creates the row of a payout that was sent after the restored backup was made, under the key that the
 * provider has. Then calls `made` with the new row's id. After that, books the provider's answer. Nothing is
 * sent.
 */
export async function adoptPayout(
  work: Work,
  {
    purpose,
    subjectId,
    owner,
    destination,
    answer,
  }: {
    purpose: PayoutPurpose
    subjectId: string
    owner: PayoutOwner
    destination: BankAccount
    answer: GatewayPayout
  },
  made: (payoutId: string) => Promise<void> = async () => {},
): Promise<void> {
  const { referenceId: key, amountIdr } = answer
  if (!key) throw new Error('a payout without a reference is none of laku')
  const id = newId()
  const row = { id, key, purpose, subjectId, ...owner, amountIdr, description: key, createdAt: work.now }
  await insertRows(work.tx, 'payouts', [{ ...row, ...sealAccount(work.vault, destination) }])
  await made(id)
  await applyPayoutAnswers(work, [answer])
}

/** Returns true if the payout's money has left, or may still leave. */
export const mayHaveLeft = ({ status }: Pick<GatewayPayout, 'status'>): boolean =>
  ['waiting', 'succeeded'].includes(verdictOf(status))
