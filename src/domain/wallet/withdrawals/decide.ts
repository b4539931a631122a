import { sql } from 'kysely'
import {
  actorLabel,
  idOrCode,
  inSql,
  lockRows,
  moveState,
  personOf,
  requireStaff,
  requireTransition,
  type Work,
} from '../../kernel/index.ts'
import { countUse, requireSeen, type SeenChange, undoUse } from '../../ops/index.ts'
import { dropUnsent, holdPayouts, livePayoutStates, TAKEN_BACK } from '../../payout/index.ts'
import { concernsOf } from '../../user/index.ts'
import { walletErrors } from '../errors.ts'
import {
  payingWithdrawalStates,
  sentWithdrawalStates,
  unsentWithdrawalStates,
  type WithdrawalStatus,
  withdrawalMachine,
  withdrawalTransitions,
} from '../transitions.ts'
import { isStopped } from './destinations.ts'
import { withdrawalUse } from './hold.ts'
import { payByHand } from './pay-by-hand.ts'
import { getWithdrawal } from './read.ts'
import { returnHeld } from './return-held.ts'
import { sendWithdrawals } from './send.ts'
import { type WithdrawalView, withdrawalEvent } from './views.ts'

interface Locked {
  id: string
  code: string
  userId: string
  amountIdr: number
  feeIdr: number
  closesAccount: boolean
  status: WithdrawalStatus
  usableAt: Date
  byHand: boolean
  handReference: string | null
  destinationId: string
}

/** @throws wallet.withdrawal_not_found */
export async function lockWithdrawal(work: Work, idOrCodeText: string): Promise<Locked> {
  const asked = idOrCode(idOrCodeText)
  const which = 'id' in asked ? sql`w.id = ${asked.id}::uuid` : sql`w.code = ${asked.code}`
  const { rows } = await sql<Locked>`
    select w.id, w.code, w.user_id, w.amount_idr, w.fee_idr, w.closes_account, w.by_hand, w.hand_reference, w.status, w.destination_id,
      greatest(d.usable_at, u.withdrawals_from) as usable_at
    from withdrawals w join withdrawal_destinations d on d.id = w.destination_id join users u on u.id = w.user_id
    where ${which} for no key update of w`.execute(work.tx)
  const [row] = rows
  if (!row) throw walletErrors.withdrawal_not_found({ withdrawal: idOrCodeText })
  return row
}

/**
 * Approves a held withdrawal, at the request of staff. It is sent as soon as withdrawals to its bank account
 * are allowed; a newly added account must wait. If the provider cannot pay it, staff first send the money
 * from the company's bank. They then approve the withdrawal with the bank's reference. If the user was
 * suspended or the bank account stopped, the approver must have seen it (`seen`).
 * @throws wallet.withdrawal_not_found, by_hand, not_by_hand, account_too_new, kernel.illegal_transition,
 * changed_since_asked, option_not_taken,
 * kernel.forbidden
 */
export async function approveWithdrawal(
  work: Work,
  input: { withdrawal: string; byHand?: string | undefined; seen?: boolean | undefined },
): Promise<WithdrawalView> {
  requireStaff(work.actor, 'finance')
  const withdrawal = await lockWithdrawal(work, input.withdrawal)
  const { id, code, usableAt, byHand } = withdrawal
  if (byHand !== (input.byHand !== undefined)) {
    throw byHand ? walletErrors.by_hand({ code }) : walletErrors.not_by_hand({ code })
  }
  requireTransition(withdrawalTransitions, withdrawal.status, 'approved', 'withdrawal')
  const changes: SeenChange[] = (await concernsOf(work.tx, withdrawal.userId)).filter(
    (concern) => concern !== 'user_closing' || !withdrawal.closesAccount,
  )
  if (isStopped(usableAt)) changes.push('bank_account_stopped')
  await requireSeen(work, { askedBy: null, changes, seen: input.seen })
  if (input.byHand !== undefined) {
    await decide(work, withdrawal, 'approved', null, { reference: input.byHand })
    await payByHand(work, withdrawal, input.byHand)
    return await getWithdrawal(work, id)
  }
  const dueAt = usableAt > work.now ? usableAt : work.now
  await decide(work, withdrawal, 'approved', dueAt)
  await sendWithdrawals(work, [id])
  return await getWithdrawal(work, id)
}

/**
 * Rejects a withdrawal that is held, or approved and not sent yet, at the request of staff. The money and the
 * fee return to the wallet. After a withdrawal was sent, only its payout's result can end it.
 * @throws wallet.withdrawal_not_found, kernel.illegal_transition, kernel.forbidden
 */
export async function rejectWithdrawal(work: Work, input: { withdrawal: string }): Promise<WithdrawalView> {
  requireStaff(work.actor, 'finance')
  // Payouts are locked before the withdrawal that they pay, in the same sequence as in all other code.
  const named = await getWithdrawal(work, input.withdrawal)
  await lockRows(work.tx, { payout: { subjectId: [named.id] } })
  const withdrawal = await lockWithdrawal(work, named.id)
  const { id, status } = withdrawal
  const isUnsent = status === 'approved' && (await dropUnsent(work, [id], TAKEN_BACK)).length === 0
  await decide(work, withdrawal, 'rejected', null, {}, isUnsent)
  await returnHeld(work, withdrawal)
  return await getWithdrawal(work, id)
}

/**
 * Rejects all unsent withdrawals to a bank account that somebody else than the wallet's owner added. Those
 * that wait in a batch of bank transfers are left out of its file. Returns the codes of the rejected
 * withdrawals, and of those that were sent before.
 */
export async function rejectUnsent(
  work: Work,
  destinationId: string,
): Promise<{ rejected: string[]; sent: string[] }> {
  const { rows } = await sql<{ id: string; code: string }>`
    select id, code from withdrawals w
    where destination_id = ${destinationId}::uuid and status in ${inSql(unsentWithdrawalStates)} and not exists (
      select from payouts p
      where p.subject_id = w.id and p.called_at is not null and p.status in ${inSql(livePayoutStates)} and not p.set_aside)
    order by id`.execute(work.tx)
  for (const { id } of rows) await rejectWithdrawal(work, { withdrawal: id })
  const { rows: others } = await sql<{ id: string; code: string; isPaying: boolean }>`
    select id, code, status in ${inSql(payingWithdrawalStates)} as is_paying from withdrawals
    where destination_id = ${destinationId}::uuid
      and status in ${inSql([...payingWithdrawalStates, ...sentWithdrawalStates])} order by id`.execute(
    work.tx,
  )
  await holdPayouts(
    work,
    others.flatMap(({ id, isPaying }) => (isPaying ? [id] : [])),
  )
  return { rejected: rows.map(({ code }) => code), sent: others.map(({ code }) => code) }
}

/**
 * Rejects the unsent withdrawal that closes a user's account, if its id is later than `after`. The account
 * then stays open (hold-closing.ts). Returns the codes of what was rejected.
 */
export async function rejectClosing(work: Work, userId: string, after: string): Promise<string[]> {
  const { rows } = await sql<{ id: string; code: string }>`
    select id, code from withdrawals
    where user_id = ${userId}::uuid and closes_account and status = 'held' and id > ${after}::uuid order by id`.execute(
    work.tx,
  )
  for (const { id } of rows) await rejectWithdrawal(work, { withdrawal: id })
  return rows.map(({ code }) => code)
}

async function decide(
  work: Work,
  withdrawal: Locked,
  to: 'approved' | 'rejected',
  dueAt: Date | null,
  more: object = {},
  isUnsent = false,
): Promise<void> {
  const { id, status } = withdrawal
  requireTransition(withdrawalTransitions, status, to, 'withdrawal')
  if (to === 'approved') await countUse(work, await withdrawalUse(work, withdrawal), personOf(work.actor))
  else await undoUse(work, 'withdrawal', [id])
  const set = { dueAt, decidedBy: actorLabel(work.actor), finishedAt: to === 'rejected' ? work.now : null }
  // A withdrawal can be decided if it is held, or if it is approved and has a due time. An approved
  // withdrawal without a due time already has a payout. Such a withdrawal can only be rejected, after that
  // payout was cancelled before it was sent (`isUnsent`).
  const where = sql`(t.status = 'held' or t.due_at is not null or ${isUnsent}::boolean)`
  await moveState(work, withdrawalMachine, { to, ids: [id], set, where, all: true })
  work.emit(withdrawalEvent(withdrawal, status, to, true))
  const command = `wallets withdrawals ${to === 'approved' ? 'approve' : 'reject'}`
  work.audit({ command, subject: ['withdrawal', id], before: { status }, after: { status: to, ...more } })
}
