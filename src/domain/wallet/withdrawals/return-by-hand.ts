import { sql } from 'kysely'
import { kernelErrors, moveState, requireReason, requireStaff, type Work } from '../../kernel/index.ts'
import { post } from '../../ledger/index.ts'
import { takeLimit, undoUse } from '../../ops/index.ts'
import { claimBankReference, freeBankReference } from '../../payout/index.ts'
import { ensureWallets } from '../ensure-wallets.ts'
import { lockWallets } from '../lock.ts'
import { withdrawalMachine } from '../transitions.ts'
import { entriesOf } from './apply-payout-results.ts'
import { lockWithdrawal } from './decide.ts'
import { getWithdrawal } from './read.ts'
import { type WithdrawalView, withdrawalEvent } from './views.ts'

/**
 * Records that a withdrawal which staff had paid by hand did not arrive. The money and the fee return to the
 * wallet. `reference` is the bank's reference of the returned transfer. If `reference` is missing, staff
 * never sent the money, and recorded the transfer by mistake. Then the recorded transfer's reference is
 * deleted. Withdrawals that were paid by the provider or in a batch are refused.
 *
 * laku cannot check whether the money came back, but the user can spend it from now on. So the amount counts
 * toward the limits of the staff member.
 * @throws kernel.second_person_needed, wallet.withdrawal_not_found, payout.reference_used, reference_invalid,
 * kernel.illegal_transition, reason_required, forbidden
 */
export async function returnByHand(
  work: Work,
  input: { withdrawal: string; reference?: string | undefined },
): Promise<WithdrawalView> {
  requireStaff(work.actor, 'finance')
  requireReason(work)
  const withdrawal = await lockWithdrawal(work, input.withdrawal)
  const { id, code, status, userId, amountIdr, handReference } = withdrawal
  if (status !== 'succeeded' || handReference === null)
    throw kernelErrors.illegal_transition({
      subject: 'withdrawal',
      code,
      from: status,
      to: 'reversed',
      needs: ['succeeded by hand'],
    })
  const { reference } = input
  if (reference === undefined) await freeBankReference(work, handReference)
  else await claimBankReference(work, reference, ['withdrawal', id])
  await lockWallets(work, [userId])
  await ensureWallets(work, [userId])
  await takeLimit(work, {
    kind: 'withdrawal_returned',
    subject: ['withdrawal', id],
    receiver: `user:${userId}`,
    amountIdr,
  })
  await undoUse(work, 'withdrawal', [id])
  await moveState(work, withdrawalMachine, {
    to: 'reversed',
    ids: [id],
    set: { finishedAt: work.now, ...(reference === undefined && { handReference: null }) },
    all: true,
  })
  const { rows } = await sql<{ times: number }>`
    select count(*)::int as times from ledger_transactions
    where subject_id = ${id}::uuid and kind = 'withdrawal.reversed'`.execute(work.tx)
  const times = rows[0]?.times ?? 0
  await post(work, [
    {
      key: `withdrawal:${id}:reversed${times === 0 ? '' : `:${times + 1}`}`,
      kind: 'withdrawal.reversed',
      subject: ['withdrawal', id],
      entries: entriesOf.reversed(withdrawal, 'bank'),
    },
  ])
  work.emit(withdrawalEvent(withdrawal, status, 'reversed', true))
  work.audit({
    command: 'wallets withdrawals returned',
    subject: ['withdrawal', id],
    before: { status, reference: handReference },
    after: { status: 'reversed', reference: reference ?? null },
  })
  return await getWithdrawal(work, id)
}
