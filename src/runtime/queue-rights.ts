import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import type pg from 'pg'
import { plainKysely } from './database.ts'
import { StartError } from './start-error.ts'

// The owner runs SQL out of three tables of pg-boss: the statements in `bam`, the names of tables in `queue`,
// and the migrations from the number in `version` on. Whoever writes these has the rights of the owner at the
// next `laku db migrate`.

/** Two tables, and the columns of each that the application never updates. It may update all others. */
const fixedColumns = {
  queue: ['name', 'policy', 'partition', 'table_name', 'dead_letter'],
  version: ['version'],
}

/** The table in which pg-boss keeps the jobs of every queue of laku. */
const COMMON_TABLE = 'job_common'

/** The name of the CHECK by which a queue has no table of its own. */
const ONE_TABLE = 'laku_one_job_table'

/**
 * Grants the application the rights on the tables of the job queue, if the queue is installed. Every process
 * that enqueues or runs jobs writes to them. A worker also adds queues.
 */
export async function grantQueue(tx: Transaction<unknown>, role: RawBuilder<unknown>): Promise<void> {
  if (!(await isInstalled(tx, 'queue'))) return
  await sql`grant usage on schema pgboss to ${role}`.execute(tx)
  await sql`grant select, insert, update, delete on all tables in schema pgboss to ${role}`.execute(tx)
  await sql`grant usage on all sequences in schema pgboss to ${role}`.execute(tx)
  await sql`grant execute on all functions in schema pgboss to ${role}`.execute(tx)
  // Workers run while pg-boss, at an upgrade, makes one of its functions anew.
  await sql`alter default privileges in schema pgboss grant execute on functions to ${role}`.execute(tx)
  await narrow(tx, role)
  const { rows } = await sql`
    select from pg_constraint where conrelid = 'pgboss.queue'::regclass and conname = ${ONE_TABLE}`.execute(
    tx,
  )
  if (rows.length > 0) return
  await sql`
    alter table pgboss.queue add constraint ${sql.ref(ONE_TABLE)}
      check (table_name = ${sql.lit(COMMON_TABLE)} and not partition)`.execute(tx)
}

/**
 * Prepares the job queue for pg-boss's migrations, which run as the owner: takes from the application the
 * right to write what the owner runs, then refuses whatever an earlier version let it write. Workers go on
 * meanwhile. Does nothing if the queue is not installed.
 *
 * Throws StartError: exit code 6 if a row contains what pg-boss itself does not write.
 */
export async function closeQueue(owner: pg.Pool, appRole: string): Promise<void> {
  const db = plainKysely(owner)
  if (!(await isInstalled(db, 'queue'))) return
  const { rows } = await sql<{ role: string }>`select current_user::text as role`.execute(db)
  if (rows[0]?.role !== appRole) await db.transaction().execute((tx) => narrow(tx, sql.id(appRole)))
  await refuseOwnTables(db)
  if (await isInstalled(db, 'bam')) await refuseForeignStatements(db)
}

/** Whether a table of pg-boss exists. `bam` is younger than `queue`. */
async function isInstalled(db: Kysely<unknown>, table: string): Promise<boolean> {
  const { rows } = await sql<{
    name: string | null
  }>`select to_regclass(${`pgboss.${table}`})::text as name`.execute(db)
  return Boolean(rows[0]?.name)
}

/** Takes from the application, in one transaction with what it may go on writing, what the owner runs. */
async function narrow(tx: Transaction<unknown>, role: RawBuilder<unknown>): Promise<void> {
  if (await isInstalled(tx, 'bam'))
    await sql`revoke insert, update, delete on pgboss.bam from ${role}`.execute(tx)
  await sql`revoke insert, update, delete on pgboss.version from ${role}`.execute(tx)
  await sql`revoke update, delete on pgboss.queue from ${role}`.execute(tx)
  for (const [table, fixed] of Object.entries(fixedColumns)) {
    const { rows } = await sql<{ name: string }>`
      select attname as name from pg_attribute
      where attrelid = ${`pgboss.${table}`}::regclass and attnum > 0 and not attisdropped
        and attname <> all(${fixed}::text[])`.execute(tx)
    const names = sql.join(rows.map(({ name }) => sql.ref(name)))
    await sql`grant update (${names}) on ${sql.table(`pgboss.${table}`)} to ${role}`.execute(tx)
  }
}

async function refuseOwnTables(owner: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ name: string; table: string }>`
    select name, table_name as "table" from pgboss.queue
    where table_name <> ${COMMON_TABLE} or partition order by name limit 1`.execute(owner)
  if (rows[0])
    throw new StartError(
      6,
      `the job queue ${JSON.stringify(rows[0].name)} names the table ${JSON.stringify(rows[0].table)}. laku never makes a table for one queue, and the owner would run this name as SQL. No migration ran. Find out who wrote this row of pgboss.queue, and delete it.`,
    )
}

/** A single statement that creates or drops an index of pg-boss: nothing else waits in `bam`. */
const ofAnIndex =
  /^\s*(create\s+(unique\s+)?index\s+(concurrently\s+)?(if\s+not\s+exists\s+)?"?\w+"?\s+on\s+"?pgboss"?\.|drop\s+index\s+(concurrently\s+)?(if\s+exists\s+)?"?pgboss"?\.)[^;]*;?\s*$/i

async function refuseForeignStatements(owner: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ id: string; command: string }>`
    select id, command from pgboss.bam where status <> 'completed' order by created_on, id`.execute(owner)
  const foreign = rows.find(({ command }) => !ofAnIndex.test(command))
  if (foreign)
    throw new StartError(
      6,
      `row ${foreign.id} of pgboss.bam contains a statement that the owner would run and that pg-boss never writes: ${JSON.stringify(foreign.command.slice(0, 200))}. No migration ran. Find out who wrote this row, and delete it.`,
    )
}
