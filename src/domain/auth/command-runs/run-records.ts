import { type Kysely, sql } from 'kysely'
import {
  type DB,
  type StaffProof,
  type StaffRole,
  showWhoActs,
  type Vault,
  type Work,
} from '../../kernel/index.ts'
import { authErrors } from '../errors.ts'
import { hashOfToken } from '../staff/tokens.ts'
import { RUN_SILENT_S } from './run-silence.ts'

const PURPOSE = 'command runs'
const LINE_DAYS = 1
/**
 * The number of days for which the idempotency key of a command's run is stored. This is enough, because
 * nobody repeats a command after so long a time.
 */
const RUN_DAYS = 90

export interface RunIdentity {
  /** The id of the run, a UUID. */
  id: string
  key: string
  staffId: string
  /** The words of the command, like `orders cancel`. */
  command: string
  /** A digest of the whole request to run the command, by which a repeated request is recognised. */
  requestHash: string
}

/**
 * The state that a command finds under its idempotency key. Either a new run begins, or an earlier run
 * exists. The earlier run goes on, has ended, or was interrupted after it made its change.
 */
export type Begun =
  | { begun: true; id: string; attempt: number }
  | { begun: false; id: string; state: 'running' | 'ended' }
  | { begun: false; id: string; attempt: number; state: 'kept'; kept: string }

interface RunRow {
  id: string
  staffId: string
  key: string
  requestHash: string
  attempt: number
  endedAt: Date | null
  kept: string | null
  isSilent: boolean
}

/**
 * Records that a run of a command begins, once per idempotency key. A command whose run was interrupted
 * begins again, unless that run made its change. A run that failed before its change keeps no key: the same
 * command under its key is a new run (docs/adr/0184).
 * @throws auth.command_key_reused
 */
export async function beginRun(work: Work, run: RunIdentity): Promise<Begun> {
  const { tx, vault } = work
  const { id, key, requestHash } = run
  const before = await insertRun(work, run)
  if (!before) return { begun: true, id, attempt: 1 }
  // Refuses the request in three cases. The run's id belongs to a run of another person. The run's id belongs
  // to a run with another key. The key was used for another request.
  if (before.staffId !== run.staffId || before.key !== key || before.requestHash !== requestHash)
    throw authErrors.command_key_reused({ key })
  if (before.endedAt) return { begun: false, id: before.id, state: 'ended' }
  if (!before.isSilent) return { begun: false, id: before.id, state: 'running' }
  await sql`delete from command_run_lines where run_id = ${before.id}`.execute(tx)
  if (before.kept !== null) {
    const { id, attempt, kept } = before
    return { begun: false, id, attempt, state: 'kept', kept: vault.open(PURPOSE, kept) }
  }
  await sql`
    update command_runs set attempt = attempt + 1, seen_at = clock_timestamp(), stop_asked_at = null
    where id = ${before.id}`.execute(tx)
  return { begun: true, id: before.id, attempt: before.attempt + 1 }
}

/**
 * Inserts the row of a run. If its id or its idempotency key is taken, returns the row of the run that has
 * it, under a lock.
 */
async function insertRun(work: Work, run: RunIdentity): Promise<RunRow | undefined> {
  const { tx } = work
  const { id, key, staffId, command, requestHash } = run
  const begun = sql`
    insert into command_runs (id, staff_id, key, request_hash, command)
    values (${id}, ${staffId}, ${key}, ${requestHash}, ${command}) on conflict do nothing`
  // The second statement is sent before the first one is answered. This is safe, because the database runs
  // them in this order.
  let [, made] = await Promise.all([showWhoActs(work), begun.execute(tx)])
  for (;;) {
    if (made.numAffectedRows === 1n) return undefined
    // The run that has the id comes first: a request that is sent again under its id gets the output of that
    // run, also if the run failed.
    const { rows } = await sql<RunRow>`
      select id, staff_id, key, request_hash, attempt, ended_at, kept,
        seen_at < clock_timestamp() - make_interval(secs => ${RUN_SILENT_S}) as is_silent
      from command_runs where id = ${id} or (staff_id = ${staffId} and key = ${key} and not key_is_free)
      order by id = ${id} desc limit 1 for update`.execute(tx)
    if (rows[0]) return rows[0]
    // The run that had the key has failed in this moment, so the key is free now.
    made = await begun.execute(tx)
  }
}

/**
 * Returns the state of a command's run by the id that the client chose; `none` if no run with this id is
 * recorded.
 * @throws auth.command_key_reused if the id belongs to another person's run or to another request
 */
export async function runState(
  db: Kysely<DB>,
  { id, key, staffId, requestHash }: RunIdentity,
): Promise<'none' | 'running' | 'ended' | 'interrupted'> {
  const { rows } = await sql<{ isSame: boolean; isEnded: boolean; isSilent: boolean }>`
    select staff_id = ${staffId} and request_hash = ${requestHash} as is_same, ended_at is not null as is_ended,
      seen_at < clock_timestamp() - make_interval(secs => ${RUN_SILENT_S}) as is_silent
    from command_runs where id = ${id}`.execute(db)
  const [run] = rows
  if (!run) return 'none'
  if (!run.isSame) throw authErrors.command_key_reused({ key })
  if (run.isEnded) return 'ended'
  return run.isSilent ? 'interrupted' : 'running'
}

/**
 * One attempt to run a command. A server that was silent for too long loses the run to another server, which
 * makes the next attempt.
 */
export interface Attempt {
  id: string
  attempt: number
}

/** The token that began a run, and the role that its holder had. */
export interface RunsBy {
  proof: StaffProof
  role: StaffRole
}

/**
 * Records the heartbeat of a command's run. Returns `stop` if the run must stop: somebody asked for that, the
 * staff token that began the run was revoked, or its holder has another role by now. Returns `lost` if
 * another server runs the command now.
 */
export async function heartbeatRun(
  db: Kysely<DB>,
  { id, attempt }: Attempt,
  by?: RunsBy,
): Promise<'on' | 'stop' | 'lost'> {
  const isGood = by
    ? sql`exists (
        select from staff_tokens t join staff s on s.id = t.staff_id
        where t.token_hash = ${hashOfToken(by.proof.reveal())} and t.revoked_at is null and s.status = 'active'
          and s.role = ${by.role})`
    : sql`true`
  const { rows } = await sql<{ stop: boolean | null; isLost: boolean | null }>`
    with beat as (
      update command_runs set seen_at = clock_timestamp()
      where id = ${id} and attempt = ${attempt} and ended_at is null
      returning stop_asked_at is not null or not ${isGood} as stop)
    select (select stop from beat) as stop,
      (select attempt <> ${attempt} from command_runs where id = ${id}) as is_lost`.execute(db)
  if (rows[0]?.isLost) return 'lost'
  return rows[0]?.stop ? 'stop' : 'on'
}

/** Successive lines of a run's output; `firstLine` is the number of the first of them. */
export interface LineChunk {
  firstLine: number
  lines: readonly string[]
}

/**
 * Stores lines of a run's output, in sealed form. Returns false if another server runs the command now: then
 * nothing is stored, because the stored output would be that of two runs.
 */
export async function keepLines(
  db: Kysely<DB>,
  vault: Vault,
  { id, attempt }: Attempt,
  { firstLine, lines }: LineChunk,
): Promise<boolean> {
  // The lock waits for a server that is taking the run over, and then sees its attempt.
  const kept = await sql`
    insert into command_run_lines (run_id, first_line, lines, sealed)
    select id, ${firstLine}, ${lines.length}, ${vault.seal(PURPOSE, lines.join('\n'))}
    from (select id from command_runs where id = ${id} and attempt = ${attempt} for share) run`.execute(db)
  return kept.numAffectedRows === 1n
}

/** Returns the next stored lines of a run's output, at or after line `from`; undefined if there are none. */
export async function keptLines(
  db: Kysely<DB>,
  vault: Vault,
  id: string,
  from: number,
): Promise<LineChunk | undefined> {
  const { rows } = await sql<{ firstLine: number; sealed: string }>`
    select first_line, sealed from command_run_lines
    where run_id = ${id} and first_line + lines > ${from} order by first_line limit 1`.execute(db)
  const [row] = rows
  return row && { firstLine: row.firstLine, lines: vault.open(PURPOSE, row.sealed).split('\n') }
}

/**
 * Stores the answer of a change in the transaction that makes the change. Refuses the change if another
 * server has taken over the command's run. This happens when this server was silent for too long.
 * @throws auth.command_run_lost
 */
export async function keepAnswer(
  { tx, vault }: Work,
  { id, attempt }: Attempt,
  answer: string,
): Promise<void> {
  const kept = await sql`
    update command_runs set kept = ${vault.seal(PURPOSE, answer)}
    where id = ${id} and attempt = ${attempt} and kept is null and ended_at is null`.execute(tx)
  if (kept.numAffectedRows !== 1n) throw authErrors.command_run_lost({ id })
}

/** The exit codes of a command that did its work: it is done (0), or a check found something (8). */
const DONE = [0, 8]

/**
 * The outcome of a run: its exit code, 0 to 8, and whether the command failed, instead of giving an answer.
 */
export interface Outcome {
  exitCode: number
  hasFailed: boolean
}

/**
 * Records the end of a run, unless another server runs the command now. If the command did not do its work,
 * and made no change that stored its answer, its idempotency key is free again. Such a command is safe to
 * repeat, like one whose server ended.
 *
 * If the change was made and the command failed all the same, for example because the connection broke at the
 * commit, the run is left as interrupted: a repeated command then gets the stored answer of the change.
 */
export async function endRun(
  db: Kysely<DB>,
  { id, attempt }: Attempt,
  { exitCode, hasFailed }: Outcome,
): Promise<void> {
  const ended = await sql`
    update command_runs set ended_at = clock_timestamp(), exit_code = ${exitCode}, seen_at = clock_timestamp(),
      key_is_free = kept is null and not ${DONE.includes(exitCode)}
    where id = ${id} and attempt = ${attempt} and ended_at is null and (kept is null or not ${hasFailed})`.execute(
    db,
  )
  if (hasFailed && ended.numAffectedRows === 0n) await leaveRun(db, { id, attempt })
}

/**
 * Marks a command's run as abandoned by a server that shuts down. The run counts as interrupted at once,
 * without the wait for the heartbeat's timeout.
 */
export async function leaveRun(db: Kysely<DB>, { id, attempt }: Attempt): Promise<void> {
  await sql`
    update command_runs set seen_at = '-infinity'
    where id = ${id} and attempt = ${attempt} and ended_at is null`.execute(db)
}

/** Deletes a command's run that asked the person a question before it changed anything. */
export async function forgetRun(db: Kysely<DB>, { id, attempt }: Attempt): Promise<void> {
  await sql`delete from command_runs where id = ${id} and attempt = ${attempt} and ended_at is null`.execute(
    db,
  )
}

/**
 * Deletes up to `limit` outdated rows of each kind: output lines of commands after a day, runs of commands
 * after ninety days.
 */
export async function pruneRuns({ tx }: Work, limit: number): Promise<number> {
  const lines = await sql`
    delete from command_run_lines where (run_id, first_line) in (
      select run_id, first_line from command_run_lines
      where written_at < now() - make_interval(days => ${LINE_DAYS}) order by written_at limit ${limit})`.execute(
    tx,
  )
  const runs = await sql`
    delete from command_runs where id in (
      select id from command_runs where started_at < now() - make_interval(days => ${RUN_DAYS}) limit ${limit})`.execute(
    tx,
  )
  return Math.max(Number(lines.numAffectedRows ?? 0), Number(runs.numAffectedRows ?? 0))
}
