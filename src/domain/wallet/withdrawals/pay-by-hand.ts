import { moveState, type Work } from '../../kernel/index.ts'
import { post } from '../../ledger/index.ts'
import { endAttention } from '../../ops/index.ts'
import { claimBankReference } from '../../payout/index.ts'
import { walletErrors } from '../errors.ts'
import { withdrawalMachine } from '../transitions.ts'
import { entriesOf } from './apply-payout-results.ts'
import { withdrawalEvent } from './views.ts'

interface ByHand {
  id: string
  code: string
  userId: string
  amountIdr: number
  feeIdr: number
  closesAccount: boolean
  usableAt: Date
}

/**
 * Records that staff sent a withdrawal from the company's bank, because the provider cannot pay it. The
 * approved withdrawal becomes submitted and then succeeded at once. A bank account that was added a short
 * time ago is refused, as for other withdrawals.
 * @throws wallet.account_too_new, payout.reference_used, reference_invalid
 */
export async function payByHand(work: Work, withdrawal: ByHand, reference: string): Promise<void> {
  const { id, usableAt, code } = withdrawal
  await claimBankReference(work, reference, ['withdrawal', id])
  if (usableAt > work.now) throw walletErrors.account_too_new({ code, usableAt })
  const set = { handReference: reference, dueAt: null, finishedAt: work.now }
  await moveState(work, withdrawalMachine, { to: 'submitted', ids: [id], all: true })
  await moveState(work, withdrawalMachine, { to: 'succeeded', ids: [id], set, all: true })
  await post(
    work,
    (['submitted', 'succeeded'] as const).map((step) => ({
      key: `withdrawal:${id}:${step}`,
      kind: `withdrawal.${step}`,
      subject: ['withdrawal', id],
      entries: entriesOf[step](withdrawal, 'bank'),
    })),
  )
  work.emit(
    withdrawalEvent(withdrawal, 'approved', 'submitted', true),
    withdrawalEvent(withdrawal, 'submitted', 'succeeded', true),
  )
  await endAttention(work, 'withdrawal_by_hand', id, 'it was sent from the bank')
}
