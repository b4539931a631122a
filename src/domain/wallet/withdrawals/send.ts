import { type RawBuilder, sql } from 'kysely'
import { type Actor, inSql, moveState, secondsAfter, type UnitOfWork, type Work } from '../../kernel/index.ts'
import { allOrEach, setAside } from '../../ops/index.ts'
import { createPayout } from '../../payout/index.ts'
import { unsentWithdrawalStates, type WithdrawalStatus, withdrawalMachine } from '../transitions.ts'
import { openDestination } from './destinations.ts'
import { firstTryOf } from './tries.ts'
import { withdrawalEvent } from './views.ts'

const BATCH_SIZE = 50

/** True when a withdrawal is due to be sent. The index `withdrawals_due` makes the query fast. */
export const withdrawalsDue = (now: Date): RawBuilder<boolean> =>
  sql<boolean>`exists (select from withdrawals where due_at <= ${now})`

/**
 * Approves and sends the withdrawals that are due, all in one transaction. If that fails, each withdrawal
 * gets a transaction of its own. A withdrawal that fails again is postponed by an hour, and an attention item
 * is raised.
 */
export async function sweepWithdrawals(context: { unitOfWork: UnitOfWork; actor: Actor }): Promise<void> {
  const { unitOfWork, actor } = context
  const due = await unitOfWork.run(actor, async ({ tx, now }) => {
    const { rows } = await sql<{ id: string }>`
      select id from withdrawals where due_at <= ${now} order by due_at limit ${BATCH_SIZE}`.execute(tx)
    return rows.map((row) => row.id)
  })
  await allOrEach(
    due,
    (ids) => unitOfWork.run(actor, (work) => sendWithdrawals(work, ids)),
    (id, error) => setAside(context, id, error, putOff),
  )
}

/**
 * The delay (seconds) of a withdrawal after an attempt to send it threw an error. During the delay other
 * withdrawals are sent, because this one may fail again.
 */
const SET_ASIDE_S = 3600

async function putOff({ tx, now }: Work, id: string) {
  const { rows } = await sql<{ code: string }>`
    update withdrawals set due_at = case when due_at is null then null else ${secondsAfter(now, SET_ASIDE_S)}::timestamptz end
    where id = ${id}::uuid returning code`.execute(tx)
  const code = rows[0]?.code ?? id
  return {
    subject: ['withdrawal', id] as [string, string],
    message: `${code} could not be sent; laku tries again in an hour`,
    command: `laku wallets withdrawals reject ${code}`,
  }
}

interface Due {
  id: string
  code: string
  userId: string
  retryOf: string | null
  amountIdr: number
  feeIdr: number
  closesAccount: boolean
  status: WithdrawalStatus
  channelCode: string
  accountNumber: string
  accountHolder: string
  userStatus: string
  /**
   * The time before which nothing is paid out from the user's wallet, because a login contact of the account
   * changed.
   */
  withdrawalsFrom: Date | null
  /** The number of payouts (transfers to the bank) that laku already made for this withdrawal. */
  payouts: number
}

/** The delay (seconds) after which the withdrawal of a suspended user is checked again. */
const SUSPENDED_S = 3600

/**
 * Approves and sends the given withdrawals that are due now. The withdrawals of a suspended user are
 * postponed, and an attention item is raised. Withdrawals are also postponed after a login contact of the
 * user (such as the phone number) changed.
 */
export async function sendWithdrawals(work: Work, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  const { rows } = await sql<Due>`
    select w.id, w.code, w.user_id, w.retry_of, w.amount_idr, w.fee_idr, w.closes_account, w.status, d.channel_code, d.account_number, d.account_holder,
      u.status as user_status, u.withdrawals_from,
      (select count(*)::int from payouts p where p.subject_id = w.id) as payouts
    from withdrawals w join withdrawal_destinations d on d.id = w.destination_id join users u on u.id = w.user_id
    where w.id = any(${ids}::uuid[]) and w.status in ${inSql(unsentWithdrawalStates)} and w.due_at <= ${work.now}
    order by w.id for no key update of w`.execute(work.tx)
  const isCooling = (row: Due) => row.withdrawalsFrom !== null && row.withdrawalsFrom > work.now
  const admitted = rows.filter((row) => row.userStatus !== 'suspended')
  for (const { id, withdrawalsFrom: dueAt } of admitted.filter(isCooling))
    await work.tx.updateTable('withdrawals').set({ dueAt }).where('id', '=', id).execute()
  const sent = admitted.filter((row) => !isCooling(row))
  await postpone(
    work,
    rows.filter((row) => row.userStatus === 'suspended'),
  )
  await moveState(work, withdrawalMachine, {
    to: 'approved',
    stays: true,
    ids: sent.map((row) => row.id),
    set: { dueAt: null },
    all: true,
  })
  for (const row of sent) {
    if (row.status === 'held') work.emit(withdrawalEvent(row, 'held', 'approved'))
    const { id: subjectId, code, amountIdr, payouts } = row
    await createPayout(work, {
      key: `${code}-${payouts + 1}`,
      purpose: 'withdrawal',
      subjectId,
      earlierSubjectId: await firstTryOf(work.tx, row),
      owner: { userId: row.userId },
      amountIdr,
      destination: openDestination(work.vault, row),
      description: `Laku ${code}`,
    })
  }
}

async function postpone(work: Work, rows: readonly Due[]): Promise<void> {
  await sql`
    update withdrawals set due_at = ${secondsAfter(work.now, SUSPENDED_S)}
    where id = any(${rows.map((row) => row.id)}::uuid[]) and status in ${inSql(unsentWithdrawalStates)}`.execute(
    work.tx,
  )
  for (const { id, code, userId, status } of rows) {
    const letIn = `laku users activate ${userId}`
    work.requestAttention({
      kind: 'withdrawal_of_suspended',
      subject: ['withdrawal', id],
      message: `${code} is due, but it waits because its user is suspended. To pay it, activate the user.`,
      command: status === 'held' ? `laku wallets withdrawals reject ${code}` : letIn,
      ...(status === 'held' && { details: { otherwise: letIn } }),
    })
  }
}
