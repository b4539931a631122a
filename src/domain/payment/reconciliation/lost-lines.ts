import { sql } from 'kysely'
import { asRecords, type Work } from '../../kernel/index.ts'
import { recordLostReference } from '../../suspense/index.ts'
import type { GatewayTransaction } from './gateway-transactions.ts'

/**
 * Returns those lines of Xendit's transaction list whose payment, refund or payout laku's database does not
 * have. Called with lines that are pending or differ from laku's ledger.
 */
export async function strangersAmong(
  work: Work,
  lines: readonly GatewayTransaction[],
): Promise<GatewayTransaction[]> {
  const asked = lines.flatMap(({ id, referenceId, productId }) =>
    referenceId ? [{ id, reference: referenceId, productId }] : [],
  )
  if (asked.length === 0) return []
  const { rows } = await sql<{ id: string }>`
    select l.id from jsonb_to_recordset(${asRecords(asked)}::jsonb) as l(id text, reference text, product_id text)
    where not exists (select from payments p where p.code = l.reference)
      and not exists (select from refunds r where r.code = regexp_replace(l.reference, '-[0-9]+$', ''))
      and not exists (select from payouts o where o.key = l.reference)
      and not exists (select from provider_refunds f where f.reference = l.reference)
      and not exists (select from provider_refunds f where f.provider_refund_id = l.product_id)
      and not exists (select from suspense_items s where s.provider_id = l.id or s.code = l.reference or s.reference = l.reference)`.execute(
    work.tx,
  )
  const ids = new Set(rows.map((row) => row.id))
  return lines.filter((line) => ids.has(line.id))
}

/**
 * Records lines of Xendit's transaction list that only this shop can have caused and that its database does
 * not know. Such lines prove that the database has lost data.
 */
export async function recordLostLines(work: Work, strangers: readonly GatewayTransaction[]): Promise<void> {
  for (const { referenceId, id } of strangers)
    await recordLostReference(work, { reference: referenceId, providerId: id })
}
