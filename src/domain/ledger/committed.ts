import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Actor, UnitOfWork, Work } from '../kernel/index.ts'
import { ledgerErrors } from './errors.ts'

export interface LedgerContext {
  unitOfWork: UnitOfWork
  actor: Actor
}

const POLL_MS = 10
/**
 * The longest wait for open database transactions, in ms. A minute is enough, because the database itself
 * ends every transaction of laku that lasts longer.
 */
const TIMEOUT_MS = 60_000

/**
 * Returns the sequence number of the newest ledger entry, once no entry up to this number is still being
 * written. From then on, each of these entries is committed or will never exist.
 *
 * The function waits outside of any transaction and without a lock, so that no posting waits for it.
 * @throws ledger.still_writing where a transaction does not end within a minute
 */
export async function committedThrough({ unitOfWork, actor }: LedgerContext): Promise<number> {
  const { seq, xid } = await unitOfWork.run(actor, newestEntry)
  const until = performance.now() + TIMEOUT_MS
  for (;;) {
    const { rows } = await sql<{ ended: boolean }>`
      select pg_snapshot_xmin(pg_current_snapshot()) > ${xid}::xid8 as ended`.execute(unitOfWork.db)
    if (rows[0]?.ended) return seq
    if (performance.now() > until) throw ledgerErrors.still_writing()
    await sleep(POLL_MS)
  }
}

async function newestEntry({ tx }: Work): Promise<{ seq: number; xid: string }> {
  const { rows } = await sql<{ seq: number; xid: string }>`
    select coalesce(max(seq), 0)::int8 as seq, pg_current_xact_id()::text as xid from ledger_entries`.execute(
    tx,
  )
  return rows[0] ?? { seq: 0, xid: '0' }
}
