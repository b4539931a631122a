import { sql } from 'kysely'
import { asRecords, type Work } from '../../kernel/index.ts'
import { lockStock } from './lock.ts'
import { recordMovements } from './record-movements.ts'
import { growReservations } from './reservations.ts'
import type { StockLine } from './rules.ts'

/**
 * Saves which pieces a session lacks now, by variant. They replace the session's earlier shortages; the
 * caller has locked the stock.
 */
export async function saveShortages(
  work: Work,
  sessionId: string,
  missing: readonly StockLine[],
): Promise<void> {
  await sql`
    delete from stock_shortages
    where session_id = ${sessionId} and variant_id <> all(${missing.map((line) => line.variantId)}::uuid[])`.execute(
    work.tx,
  )
  if (missing.length === 0) return
  const rows = missing.map(({ variantId, quantity }) => ({
    sessionId,
    variantId,
    missing: quantity,
    since: work.now,
  }))
  await sql`
    insert into stock_shortages select * from jsonb_populate_recordset(null::stock_shortages, ${asRecords(rows)}::jsonb)
    on conflict (session_id, variant_id) do update set missing = excluded.missing`.execute(work.tx)
}

/**
 * Reserves unreserved pieces of these variants for the sessions that lack them. The session `first` gets
 * pieces first, then the session that has waited longest. This function runs in the transaction that adds the
 * pieces to the stock, so that nobody else can reserve them earlier. Returns the sessions that got pieces.
 */
export async function fillShortages(
  work: Work,
  input: { variantIds: readonly string[]; first?: string | null | undefined },
): Promise<string[]> {
  const { variantIds, first = null } = input
  const stock = await lockStock(work.tx, variantIds)
  const { rows: waiting } = await sql<{ sessionId: string; variantId: string; missing: number }>`
    select session_id, variant_id, missing from stock_shortages where variant_id = any(${[...variantIds]}::uuid[])
    order by session_id is distinct from ${first}::uuid, since, session_id`.execute(work.tx)
  const free = new Map([...stock].map(([variantId, row]) => [variantId, row.onHand - row.reserved]))
  const given = waiting.flatMap(({ sessionId, variantId, missing }) => {
    const left = free.get(variantId) ?? 0
    const quantity = Math.min(missing, left)
    free.set(variantId, left - quantity)
    return quantity > 0 ? [{ sessionId, variantId, quantity }] : []
  })
  if (given.length === 0) return []
  await growReservations(
    work,
    given.map(({ sessionId, ...line }) => ({ subjectKind: 'session', subjectId: sessionId, ...line })),
  )
  await recordMovements(
    work,
    given.map(({ sessionId, variantId, quantity }) => ({
      variantId,
      kind: 'reserved',
      onHandChange: 0,
      reservedChange: quantity,
      subject: ['session', sessionId],
    })),
  )
  await reduceShortages(work, given)
  for (const [sessionId, lines] of Map.groupBy(given, (line) => line.sessionId)) {
    const units = lines.reduce((sum, line) => sum + line.quantity, 0)
    const payload = { subjectKind: 'session' as const, subjectId: sessionId, units }
    work.emit({ type: 'stock.reserved', aggregate: ['session', sessionId], payload })
  }
  return [...new Set(given.map((line) => line.sessionId))]
}

async function reduceShortages(
  work: Work,
  given: readonly (StockLine & { sessionId: string })[],
): Promise<void> {
  const records = asRecords(given)
  const of = sql`jsonb_to_recordset(${records}::jsonb) as g(session_id uuid, variant_id uuid, quantity integer)
    where s.session_id = g.session_id and s.variant_id = g.variant_id`
  // The rows of fully covered shortages are deleted first, because the table does not allow a shortage of 0
  // pieces.
  await sql`delete from stock_shortages s using ${of} and s.missing = g.quantity`.execute(work.tx)
  await sql`update stock_shortages s set missing = s.missing - g.quantity from ${of} and s.missing > g.quantity`.execute(
    work.tx,
  )
}
