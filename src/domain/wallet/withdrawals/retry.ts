import { sql } from 'kysely'
import { kernelErrors, personOf, requireStaff, type Work } from '../../kernel/index.ts'
import { countUse } from '../../ops/index.ts'
import { requireNoneMoves } from '../../payout/index.ts'
import { startClosing } from '../../user/index.ts'
import { walletErrors } from '../errors.ts'
import { lockWallets } from '../lock.ts'
import { failedWithdrawalStates } from '../transitions.ts'
import { lockWithdrawal } from './decide.ts'
import { isStopped } from './destinations.ts'
import { holdWithdrawal, withdrawalUse } from './hold.ts'
import { getWithdrawal } from './read.ts'
import { refundedMoney } from './refunded-money.ts'
import { sendWithdrawals } from './send.ts'
import { triesOf } from './tries.ts'
import type { WithdrawalView } from './views.ts'

/**
 * Pays a failed or reversed withdrawal again, at the request of staff; its money is back in the wallet.
 * Creates and approves a new withdrawal with the same amount, fee and bank account. Each withdrawal can be
 * retried only once.
 * @throws wallet.withdrawal_not_found, withdrawal_retried, account_stopped, insufficient_balance,
 * payout.moves_again,
 *   kernel.illegal_transition, kernel.forbidden
 */
export async function retryWithdrawal(work: Work, input: { withdrawal: string }): Promise<WithdrawalView> {
  requireStaff(work.actor, 'finance')
  const { id, code, status } = await lockWithdrawal(work, input.withdrawal)
  if (!failedWithdrawalStates.includes(status)) {
    throw kernelErrors.illegal_transition({
      subject: 'withdrawal',
      code,
      from: status,
      to: 'retried',
      needs: failedWithdrawalStates,
    })
  }
  await requireNoneMoves(work.tx, await triesOf(work.tx, id))
  const { rows } = await sql<{
    userId: string
    amountIdr: number
    feeIdr: number
    closesAccount: boolean
    retried: string | null
    destinationId: string
    channelCode: string
    usableAt: Date
  }>`
    select w.user_id, w.amount_idr, w.fee_idr, w.closes_account, n.code as retried, d.id as destination_id, d.channel_code, d.usable_at
    from withdrawals w join withdrawal_destinations d on d.id = w.destination_id left join withdrawals n on n.retry_of = w.id
    where w.id = ${id}`.execute(work.tx)
  const [before] = rows
  if (!before) throw walletErrors.withdrawal_not_found({ withdrawal: input.withdrawal })
  const { userId, amountIdr, feeIdr, closesAccount, retried, destinationId, channelCode, usableAt } = before
  if (isStopped(usableAt)) throw walletErrors.account_stopped({ code })
  if (retried) throw walletErrors.withdrawal_retried({ code, retried })
  await lockWallets(work, [userId])
  const refundedIdr = Math.min(amountIdr, await refundedMoney(work.tx, userId))
  const destination = { id: destinationId, channelCode, usableAt }
  const again = await holdWithdrawal(work, {
    userId,
    destination,
    amountIdr,
    feeIdr,
    refundedIdr,
    retryOf: id,
    closesAccount,
  })
  // The staff member who retries the withdrawal also approves the new one. If the new withdrawal exceeds a
  // limit, a second approver is needed, and this staff member counts as one.
  const use = await withdrawalUse(work, { id: again, userId, amountIdr, destinationId })
  await countUse(work, use, personOf(work.actor))
  // If a withdrawal closes a user's account, its retry closes the account too. Such a withdrawal has no fee.
  if (closesAccount) await startClosing(work, userId)
  // A withdrawal that the provider does not pay out is not sent here. It waits for a batch of bank transfers,
  // or for staff who send it by hand.
  const { byHand } = await getWithdrawal(work, again)
  if (!byHand) {
    await sql`update withdrawals set due_at = ${work.now} where id = ${again}`.execute(work.tx)
    await sendWithdrawals(work, [again])
  }
  const view = await getWithdrawal(work, again)
  work.audit({
    command: 'wallets withdrawals retry',
    subject: ['withdrawal', id],
    before: { status },
    after: { retriedAs: view.code },
  })
  return view
}
