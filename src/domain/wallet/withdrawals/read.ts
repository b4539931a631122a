import { sql } from 'kysely'
import { idOrCode, pageOf, type Work } from '../../kernel/index.ts'
import { walletErrors } from '../errors.ts'
import { type WithdrawalRow, type WithdrawalView, withdrawalView } from './views.ts'

const columns = sql`
  w.id, w.code, w.user_id, w.status, w.amount_idr, w.fee_idr, w.closes_account, w.by_hand, w.failure_code, w.due_at, w.created_at, w.finished_at,
  d.channel_code, d.account_number, d.account_holder`

export interface WithdrawalFilter {
  status?: string | undefined
  userId?: string | undefined
  limit: number
  cursor?: string | undefined
}

/**
 * Lists withdrawals of all users for staff, newest first, by keyset pages. For a withdrawal that staff must
 * send by hand, finance also gets the full bank account.
 */
export async function listWithdrawals(
  { tx, vault, actor }: Pick<Work, 'tx' | 'vault' | 'actor'>,
  { status, userId, limit, cursor }: WithdrawalFilter,
): Promise<{ data: WithdrawalView[]; nextCursor: string | null }> {
  const wheres = [sql`true`]
  if (status) wheres.push(sql`w.status = ${status}`)
  if (userId) wheres.push(sql`w.user_id = ${userId}::uuid`)
  if (cursor) wheres.push(sql`w.id < ${cursor}::uuid`)
  const { rows } = await sql<WithdrawalRow>`
    select ${columns} from withdrawals w join withdrawal_destinations d on d.id = w.destination_id
    where ${sql.join(wheres, sql` and `)} order by w.id desc limit ${limit + 1}`.execute(tx)
  return pageOf(
    rows.map((row) => withdrawalView(vault, row, actor)),
    limit,
    (row) => row.id,
  )
}

/**
 * Returns one withdrawal, by id or code.
 * @throws wallet.withdrawal_not_found
 */
export async function getWithdrawal(
  { tx, vault }: Pick<Work, 'tx' | 'vault'>,
  idOrCodeText: string,
): Promise<WithdrawalView> {
  const asked = idOrCode(idOrCodeText)
  const which = 'id' in asked ? sql`w.id = ${asked.id}::uuid` : sql`w.code = ${asked.code}`
  const { rows } = await sql<WithdrawalRow>`
    select ${columns} from withdrawals w join withdrawal_destinations d on d.id = w.destination_id where ${which}`.execute(
    tx,
  )
  const [row] = rows
  if (!row) throw walletErrors.withdrawal_not_found({ withdrawal: idOrCodeText })
  return withdrawalView(vault, row)
}
