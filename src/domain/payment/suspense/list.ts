import { sql } from 'kysely'
import { pageOf, type Rupiah, type Tx } from '../../kernel/index.ts'
import type { UnappliedKind } from './quarantine.ts'

export interface QuarantinedLine {
  id: string
  kind: UnappliedKind
  status: string
  amountIdr: Rupiah
  /**
   * The code of the payment for which the paid invoice was made; null if it was made for no payment of ours.
   */
  payment: string | null
  expectedIdr: Rupiah | null
  providerInvoiceId: string
  channel: string | null
  paidAt: Date
  decidedBy: string | null
}

/**
 * Lists money in quarantine, newest first, by keyset pages: the sums that wait for a decision, and with `all`
 * also those already decided. For staff.
 */
export async function listQuarantined(
  tx: Tx,
  filter: { all?: boolean | undefined; limit: number; cursor?: string | undefined },
): Promise<{ data: QuarantinedLine[]; nextCursor: string | null }> {
  const { all, limit, cursor } = filter
  const { rows } = await sql<QuarantinedLine>`
    select q.id, q.kind, q.status, q.amount_idr - q.charged_back_idr as amount_idr, p.code as payment, p.amount_idr - p.wallet_idr as expected_idr, q.provider_invoice_id,
      q.channel, q.paid_at, q.decided_by
    from quarantined_money q left join payments p on p.id = q.payment_id
    where ${all ? sql`true` : sql`q.status = 'waiting'`} and ${cursor ? sql`q.id < ${cursor}::uuid` : sql`true`}
    order by q.id desc limit ${limit + 1}`.execute(tx)
  return pageOf(rows, limit, (row) => row.id)
}
