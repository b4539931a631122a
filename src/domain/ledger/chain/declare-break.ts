import { sql } from 'kysely'
import { actorLabel, requireReason, requireStaff, type Tx, type Work } from '../../kernel/index.ts'
import { endAttention, listAttention } from '../../ops/index.ts'
import { ledgerErrors } from '../errors.ts'
import { digestOf, headOf, lastLinks, utcText, writeLink } from './link.ts'

/**
 * Continues the ledger's chain of pages after a restore that broke it; an administrator does this. One digest
 * covers all postings that the ledger has now, with the administrator's name and reason. The break stays in
 * the chain for good, and `laku ledger verify` displays it.
 * @throws kernel.forbidden, kernel.reason_required, ledger.chain_whole where nobody was told that the chain
 * is broken
 */
export async function declareBreak(work: Work): Promise<{ page: number; transactions: number }> {
  requireStaff(work.actor)
  const reason = requireReason(work)
  if (!(await isBroken(work.tx))) throw ledgerErrors.chain_whole()
  await endAttention(work, 'ledger_chain_broken', 'chain', `declared a break: ${reason}`)
  const [last] = await lastLinks(work.tx, 1)
  const since = await everythingCommittedBefore(work.tx)
  const { rows } = await sql<{ systemId: string; transactions: number; digest: string }>`
    select (pg_control_system()).system_identifier::text as system_id, count(t.id)::int8 as transactions, ${digestOf} as digest
    from ledger_transactions t where t.recorded_at < ${since}::timestamp at time zone 'UTC'`.execute(work.tx)
  const book = rows[0] ?? { systemId: '', transactions: 0, digest: '' }
  const link = {
    ...book,
    page: (last?.page ?? 0) + 1,
    kind: 'break' as const,
    fromXid: '0',
    throughXid: '0',
    recordedSince: since,
    declaredBy: actorLabel(work.actor),
    reason,
  }
  await writeLink(work.tx, { ...link, head: headOf(work.vault, last?.head ?? '', link) })
  const { page, transactions } = link
  work.audit({ command: 'ledger declare-break', subject: ['ledger', 'chain'], after: { page, transactions } })
  return { page, transactions }
}

async function isBroken(tx: Tx): Promise<boolean> {
  const open = await listAttention(tx, { kind: 'ledger_chain_broken', limit: 1 })
  return open.data.length > 0
}

/**
 * Returns a time before which every ledger posting is committed: all transactions that are still open began
 * later.
 */
async function everythingCommittedBefore(tx: Tx): Promise<string> {
  const { rows } = await sql<{ since: string }>`
    select ${utcText(sql`least(clock_timestamp(), (
      select min(xact_start) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()))`)} as since`.execute(
    tx,
  )
  return rows[0]?.since ?? ''
}
