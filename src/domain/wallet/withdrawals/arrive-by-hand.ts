import { sql } from 'kysely'
import { inSql, kernelErrors, moveState, requireReason, requireStaff, type Work } from '../../kernel/index.ts'
import { balanceIdr, post, walletAccount } from '../../ledger/index.ts'
import { redoUse, undoUse } from '../../ops/index.ts'
import { claimBankReference } from '../../payout/index.ts'
import { putIntoSuspense } from '../../suspense/index.ts'
import { lockWallets } from '../lock.ts'
import { returnedWithdrawalStates, withdrawalMachine } from '../transitions.ts'
import { entriesOfRevived } from './apply-payout-results.ts'
import { lockWithdrawal } from './decide.ts'
import { getWithdrawal } from './read.ts'
import { type WithdrawalView, withdrawalEvent } from './views.ts'

interface Before {
  hasPayout: boolean
  /** True if another try of this withdrawal is under way or was paid. */
  isTriedAgain: boolean
  /** How often this withdrawal was booked as paid. */
  times: number
}

/**
 * Records that the bank had paid a withdrawal which staff took back as never sent. Its money and fee are
 * taken out of the wallet again. If the wallet holds too little, or the withdrawal was tried again, the money
 * goes into suspense: the user has it twice. A person then collects it or writes it off.
 * @throws wallet.withdrawal_not_found, payout.reference_used, reference_invalid, kernel.illegal_transition,
 * reason_required, forbidden
 */
export async function arriveByHand(
  work: Work,
  input: { withdrawal: string; reference: string },
): Promise<WithdrawalView> {
  requireStaff(work.actor, 'finance')
  const reason = requireReason(work)
  const withdrawal = await lockWithdrawal(work, input.withdrawal)
  const { id, code, status, userId, amountIdr, feeIdr, byHand, handReference } = withdrawal
  const { hasPayout, isTriedAgain, times } = await readBefore(work, id)
  const refused = kernelErrors.illegal_transition({
    subject: 'withdrawal',
    code,
    from: status,
    to: 'succeeded',
    needs: ['reversed as never sent'],
  })
  if (status !== 'reversed' || !byHand || handReference !== null || hasPayout) throw refused
  const { reference } = input
  await claimBankReference(work, reference, ['withdrawal', id])
  await lockWallets(work, [userId])
  const isThere = (await balanceIdr(work.tx, walletAccount(userId))) >= amountIdr + feeIdr
  if (isThere && !isTriedAgain) {
    const set = { handReference: reference, finishedAt: work.now }
    await moveState(work, withdrawalMachine, { to: 'succeeded', from: 'reversed', ids: [id], set, all: true })
    await redoUse(work, 'withdrawal', [id])
    await undoUse(work, 'withdrawal_returned', [id])
    await post(work, [
      {
        key: `withdrawal:${id}:succeeded:${times + 1}`,
        kind: 'withdrawal.succeeded',
        subject: ['withdrawal', id],
        entries: entriesOfRevived(withdrawal, walletAccount(userId), 'bank'),
      },
    ])
    work.emit(withdrawalEvent(withdrawal, status, 'succeeded', true))
  } else {
    const item = await putIntoSuspense(work, {
      key: `withdrawal:${id}:arrived:${times}`,
      code,
      kind: 'bank',
      subjectId: id,
      account: 'bank',
      amountIdr,
      userId,
      why: `the bank had paid it after all, and ${isTriedAgain ? 'it was tried again' : 'its money is no longer in the wallet'}`,
    })
    if (!item) throw refused
  }
  const view = await getWithdrawal(work, id)
  work.audit({
    command: 'wallets withdrawals arrived',
    subject: ['withdrawal', id],
    before: { status },
    after: { status: view.status, reference, reason },
  })
  return view
}

async function readBefore({ tx }: Work, id: string): Promise<Before> {
  const { rows } = await sql<Before>`
    select exists (select from payouts where subject_id = ${id}::uuid) as has_payout,
      exists (
        select from withdrawals n where n.retry_of = ${id}::uuid and n.status not in ${inSql(returnedWithdrawalStates)}
      ) as is_tried_again,
      (select count(*)::int from ledger_transactions t
        where t.subject_id = ${id}::uuid and t.kind = 'withdrawal.succeeded') as times`.execute(tx)
  return rows[0] as Before
}
