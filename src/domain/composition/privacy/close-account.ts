import { requireCustomer, requireStaff, rupiah, secondsAfter, type Work } from '../../kernel/index.ts'
import { closingOf, dueClosings, lockUserWholly, scheduleClosing, userErrors } from '../../user/index.ts'
import {
  type ClosingTo,
  holdClosing,
  type WithdrawalRequest,
  type WithdrawalView,
} from '../../wallet/index.ts'
import { openThings } from './open-things.ts'
import { erasePerson, livingUser } from './privacy.ts'

/**
 * A customer closes their account: all that is in their wallet is paid out, free of fee and minimum (the
 * design, 4 user), and once it has arrived they are erased (docs/adr/0041). Until then they join, order and
 * withdraw nothing. Money that comes back ends it. `amountIdr` is the whole balance, so that whoever asks
 * knows what leaves. Refused while something else of theirs is open.
 * @throws user.still_open with what is, wallet.nothing_to_withdraw, not_all, otp_needed, account_closing,
 * kernel.bank_account_invalid,
 *   payout_channel_unknown, forbidden
 */
export async function closeAccount(work: Work, input: WithdrawalRequest): Promise<WithdrawalView> {
  const userId = requireCustomer(work.actor)
  const { bank, otpVerifiedAt } = input
  return await closing(work, userId, { bank, otpVerifiedAt, amountIdr: rupiah(input.amountIdr) })
}

/**
 * An admin closes the account of a user who asked for it in writing: what is in their wallet goes to the
 * account that they confirmed themselves, for staff name none; where it is empty they are erased at once.
 * @throws user.not_found, still_open with what is, wallet.no_destination, kernel.forbidden
 */
export async function closeAccountFor(
  work: Work,
  { userId }: { userId: string },
): Promise<{ userId: string; withdrawal: WithdrawalView | null }> {
  requireStaff(work.actor)
  await lockUserWholly(work, userId)
  const { balanceIdr } = await openThings(work.tx, userId)
  if (!balanceIdr) return { ...(await erasePerson(work, { userId })), withdrawal: null }
  const withdrawal = await closing(work, userId, 'their last account')
  const after = { withdrawal: withdrawal.code, amountIdr: withdrawal.amountIdr }
  work.audit({ command: 'users erase', subject: ['user', userId], after })
  return { userId, withdrawal }
}

async function closing(work: Work, userId: string, to: ClosingTo): Promise<WithdrawalView> {
  await lockUserWholly(work, userId)
  await livingUser(work, userId)
  const { balanceIdr: _, ...open } = await openThings(work.tx, userId)
  if (Object.keys(open).length > 0) throw userErrors.still_open({ userId, open })
  return await holdClosing(work, userId, to)
}

const BATCH_SIZE = 20
const AGAIN_S = 3600
const STALE_AFTER_S = 7 * 86_400

/** Users whose account is to be erased now, at most a run's worth. */
export const accountsToClose = (work: Work): Promise<string[]> => dueClosings(work, BATCH_SIZE)

/**
 * Erases a user whose money has arrived. What came into their wallet meanwhile (a late refund) is sent after
 * it first, and whatever else is open is waited for; a person is told where that takes longer than a week.
 */
export async function finishClosing(work: Work, { userId }: { userId: string }): Promise<void> {
  await lockUserWholly(work, userId)
  const { since, dueAt } = await closingOf(work, userId)
  if (!since || !dueAt || dueAt > work.now) return
  const { balanceIdr, ...open } = await openThings(work.tx, userId)
  if (Object.keys(open).length > 0) {
    await scheduleClosing(work, [userId], secondsAfter(work.now, AGAIN_S))
    if (secondsAfter(since, STALE_AFTER_S) < work.now) reportStuck(work, userId, open)
  } else if (balanceIdr) await holdClosing(work, userId, 'their last account')
  else await erasePerson(work, { userId })
}

function reportStuck(work: Work, userId: string, open: object): void {
  work.requestAttention({
    kind: 'closing_stuck',
    subject: ['user', userId],
    message: 'an account was to be closed a week ago, and something of its user is still open',
    command: `laku users show ${userId}`,
    details: { open },
  })
}
