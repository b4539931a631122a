import { sql } from 'kysely'
import { inSql, type Work } from '../../kernel/index.ts'
import { readSurplus } from '../entitlement/surplus.ts'
import { lockWholly } from '../payments/lock.ts'
import { sendableRefundStates } from '../transitions.ts'
import { free } from './hold-lease.ts'
import { type FailedRefund, putIntoWallets } from './put-into-wallets.ts'

/**
 * Puts refunds that were decided but not sent into the wallet, if the provider has refunded more of their
 * payments than laku asked for. Sent to the bank, card or e-wallet, each would pay its whole sum. In the
 * wallet, the buyer gets only what is left.
 */
export async function divertBesideSurplus(work: Work, refundIds: readonly string[]): Promise<void> {
  const isDue = sql`r.destination = 'source' and r.status in ${inSql(sendableRefundStates)} and ${free}
    and (r.status = 'approved' or r.next_check_at <= ${work.now})`
  const { rows: owners } = await sql<{ paymentId: string }>`
    select distinct r.payment_id from refunds r
    where r.id = any(${refundIds}::uuid[]) and r.payment_id is not null and ${isDue}`.execute(work.tx)
  const surplus = await readSurplus(
    work,
    owners.map((row) => row.paymentId),
  )
  if (surplus.size === 0) return
  const payments = await lockWholly(work.tx, surplus.keys())
  const { rows } = await sql<Omit<FailedRefund, 'payment'>>`
    select r.id, r.code, r.payment_id, r.quarantine_id, r.amount_idr, r.reason from refunds r
    where r.id = any(${refundIds}::uuid[]) and r.payment_id = any(${[...payments.keys()]}::uuid[]) and ${isDue}
    order by r.id for no key update of r`.execute(work.tx)
  await putIntoWallets(
    work,
    rows.flatMap((row) => {
      const payment = payments.get(row.paymentId ?? '')
      return payment ? [{ ...row, payment }] : []
    }),
  )
}
