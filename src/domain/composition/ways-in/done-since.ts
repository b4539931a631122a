import { type RawBuilder, sql } from 'kysely'
import { inSql, type Work } from '../../kernel/index.ts'
import { debitedWithdrawalStates, NEVER } from '../../wallet/index.ts'
import type { WayChange } from '../../way-in/index.ts'

/**
 * Returns, in words for staff, what was done since the change of a phone or email that its owner stopped, and
 * what the stop leaves as it is: a person must look at it. These are withdrawals to bank accounts from
 * before, payments from the wallet, and the purchase orders that a factory confirmed.
 */
export async function doneSince(
  { tx }: Work,
  { id: changeId, subject: [kind, id], way, changedAt }: WayChange,
): Promise<string[]> {
  if (way !== 'phone' && way !== 'email') return []
  // Ids are in the order of time, also within one millisecond.
  const lists: Record<string, RawBuilder<unknown>> = kind === 'user'
    ? {
        'Withdrawals since to an account from before, which are not stopped': sql`
            select w.code from withdrawals w join withdrawal_destinations d on d.id = w.destination_id
            where w.user_id = ${id}::uuid and w.id > ${changeId}::uuid and w.status in ${inSql(debitedWithdrawalStates)} and d.usable_at < ${NEVER}`,
        'Paid from the wallet since': sql`
            select code from payments where user_id = ${id}::uuid and id > ${changeId}::uuid and wallet_idr > 0`,
      }
    : {
        'Purchase orders confirmed since': sql`
            select code from warehouse_purchase_orders where factory_id = ${id}::uuid and confirmed_at >= ${changedAt}`,
      }
  const words: string[] = []
  for (const [name, list] of Object.entries(lists)) {
    const { rows } = await sql<{ code: string }>`${list} order by code`.execute(tx)
    if (rows.length > 0) words.push(`${name}: ${rows.map(({ code }) => code).join(', ')}.`)
  }
  return words
}
