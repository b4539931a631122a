import { sql } from 'kysely'
import { moveState, newId, type Rupiah, secondsAfter, type Work } from '../../kernel/index.ts'
import { endAttention } from '../../ops/index.ts'
import type { GatewayContext } from '../context.ts'
import { reconciliationMachine } from '../transitions.ts'
import type { Difference } from './compare-lines.ts'
import { listLagS, notDueS } from './list-lag.ts'
import { type Comparing, compareBooks } from './reconcile-gateway.ts'

/**
 * The length (s) of the periods in which laku's ledger and Xendit's transaction list are compared. After a
 * crash, the next run begins after the last period that agreed.
 */
const A_WINDOW_S = 6 * 3600
/** The time (s) without progress after which a comparison counts as broken off, because its process died. */
const SILENT_S = 900
const KEPT = 100
/**
 * The comparison with Xendit's transaction list uses only this fraction (one fifth) of Xendit's rate limit.
 * Calls for buyers are more urgent.
 */
const SHARE = 5

export interface ReconciliationRun {
  id: string
  since: Date
  provenThrough: Date
  until: Date
  lines: number
  differences: Difference[]
}

export interface RunOptions {
  /**
   * The wait (ms) between two calls to Xendit. Default: the wait that uses a fifth of Xendit's rate limit.
   */
  pauseMs?: number
}

/**
 * Compares Xendit's transaction list with laku's ledger, period by period, from the end of the last period
 * that agreed. Differences are reported to staff, and the next run reads that period again. Only one run
 * works at a time; returns undefined if another is active.
 */
export async function runReconciliation(
  context: GatewayContext,
  { pauseMs }: RunOptions = {},
): Promise<ReconciliationRun | undefined> {
  const { unitOfWork, actor } = context
  const run = await unitOfWork.run(actor, begin)
  if (!run) return undefined
  const pause = pauseMs ?? 60_000 / Math.max(1, unitOfWork.policy.xenditCallsPerMinute / SHARE)
  const wait = () => new Promise<void>((resolve) => setTimeout(resolve, pause))
  try {
    await proveWindows(context, run, wait)
  } catch (error) {
    await unitOfWork.run(actor, (work) => end(work, run, 'broken_off'))
    throw error
  }
  await unitOfWork.run(actor, (work) => end(work, run, run.differences.length === 0 ? 'agrees' : 'differs'))
  return run
}

async function proveWindows(
  context: GatewayContext,
  run: ReconciliationRun,
  wait: NonNullable<Comparing['wait']>,
): Promise<void> {
  const { unitOfWork, actor } = context
  for (let from = run.since; from < run.until; ) {
    const next = secondsAfter(from, A_WINDOW_S)
    const to = next < run.until ? next : run.until
    // Lines that the list showed late are read with the next period.
    const since = secondsAfter(from, -listLagS(unitOfWork.policy))
    const window = { since, until: to, by: 'updated', wait } as const
    const { transactions, differences } = await compareBooks(context, window)
    run.lines += transactions
    run.differences.push(...differences)
    if (run.differences.length === 0) run.provenThrough = to
    await unitOfWork.run(actor, (work) => note(work, run))
    from = to
    if (run.differences.length >= KEPT) break
    await wait()
  }
}

async function begin(work: Work): Promise<ReconciliationRun | undefined> {
  const { now } = work
  await moveState(work, reconciliationMachine, {
    to: 'broken_off',
    from: 'running',
    where: sql`t.heard_at < ${secondsAfter(now, -SILENT_S)}`,
    set: { finishedAt: now },
  })
  const until = secondsAfter(now, -notDueS(work.policy))
  const { rows } = await sql<{ since: Date | null }>`
    select coalesce(
      (select proven_through from reconciliations where status <> 'running' order by started_at desc, id desc limit 1),
      (select min(t.occurred_at) from ledger_transactions t join ledger_entries e on e.transaction_id = t.id
        where e.account_id = (select id from ledger_accounts where key = 'gateway')
          and e.seq = (select min(seq) from ledger_entries where account_id = e.account_id))) as since`.execute(
    work.tx,
  )
  const since = rows[0]?.since ?? until
  const run = { id: newId(), since, provenThrough: since, until: until < since ? since : until }
  const inserted = await sql`
    insert into reconciliations (id, since, proven_through, until, started_at, heard_at)
    values (${run.id}, ${since}, ${since}, ${run.until}, ${now}, ${now}) on conflict do nothing`.execute(
    work.tx,
  )
  return inserted.numAffectedRows === 1n ? { ...run, lines: 0, differences: [] } : undefined
}

async function note(work: Work, { id, provenThrough, lines, differences }: ReconciliationRun): Promise<void> {
  await sql`
    update reconciliations set proven_through = ${provenThrough}, lines = ${lines}, heard_at = ${work.now},
      differences = ${JSON.stringify(differences.slice(0, KEPT))}::jsonb
    where id = ${id} and status = 'running'`.execute(work.tx)
}

async function end(
  work: Work,
  run: ReconciliationRun,
  to: 'agrees' | 'differs' | 'broken_off',
): Promise<void> {
  await note(work, run)
  const set = { finishedAt: work.now }
  await moveState(work, reconciliationMachine, { to, ids: [run.id], set })
  if (to === 'agrees') await endAttention(work, 'books_differ', 'xendit', 'both books agree')
  if (to !== 'differs') return
  const { differences, since, until } = run
  const offIdr: Rupiah = differences.reduce(
    (sum, difference) => sum + difference.theirsIdr - difference.oursIdr,
    0,
  )
  work.requestAttention({
    kind: 'books_differ',
    subject: ['provider', 'xendit'],
    message: `The provider's list of money and our ledger differ on ${differences.length} lines. Look at the lines: each names the command that fixes it.`,
    command: `laku payments reconcile --since ${since.toISOString()}`,
    details: { runId: run.id, since, until, offIdr, first: differences.slice(0, 5) },
  })
}
