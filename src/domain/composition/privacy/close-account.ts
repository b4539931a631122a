import {
  type Actor,
  requireCustomer,
  requireStaff,
  rupiah,
  secondsAfter,
  type UnitOfWork,
  type Work,
} from '../../kernel/index.ts'
import { asideFor, sweepInOneOrEach } from '../../ops/index.ts'
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
 * Closes the account of the customer who acts. The whole wallet is paid out, without a fee or a minimum. Once
 * the money has arrived at the bank, the customer is erased (docs/adr/0041). Until then the customer cannot
 * join, order or withdraw. If the bank returns the money, the account stays open. `amountIdr` must be the
 * whole balance, so that the customer knows how much is paid out. Refused while an order, a payment or
 * anything else of the customer is open.
 * @throws user.still_open with what is, wallet.nothing_to_withdraw, not_all, otp_needed, account_closing,
 * kernel.bank_account_invalid, payout_channel_unknown, forbidden
 */
export async function closeAccount(work: Work, input: WithdrawalRequest): Promise<WithdrawalView> {
  const userId = requireCustomer(work.actor)
  const { bank, otpVerifiedAt } = input
  return await closing(work, userId, { bank, otpVerifiedAt, amountIdr: rupiah(input.amountIdr) })
}

/**
 * Closes the account of a user who asked for it in writing; an admin does it. The wallet is paid out to the
 * bank account that the user confirmed before, because staff may not name one. If the wallet is empty, the
 * user is erased at once.
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

/**
 * Returns the users whose accounts are closed and who are to be erased now, at most as many as one run
 * handles.
 */
export const accountsToClose = (work: Work): Promise<string[]> => dueClosings(work, BATCH_SIZE)

/**
 * Erases the users whose accounts are closed and due, each in a transaction of its own. A user whose erasure
 * throws is left out for a while, with an attention item.
 */
export async function sweepClosings(context: { unitOfWork: UnitOfWork; actor: Actor }): Promise<void> {
  const { unitOfWork, actor } = context
  for (const userId of await unitOfWork.run(actor, accountsToClose))
    await sweepInOneOrEach(
      context,
      [userId],
      (work) => finishClosing(work, { userId }),
      async (work) =>
        asideFor(work, {
          subject: ['user', userId],
          what: 'A closed account could not be erased',
          command: `laku users show ${userId}`,
        }),
    )
}

/**
 * Erases a user whose account is closed and whose wallet was paid out. Money that came into the wallet
 * meanwhile (a late refund) is paid out first. While anything else of the user is open, the erasure waits;
 * after a week, an attention item is raised.
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
    message:
      'An account should have been closed a week ago, but something of its user is still open. Look at the user, and finish what is open.',
    command: `laku users show ${userId}`,
    details: { open },
  })
}
