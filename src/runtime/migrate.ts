import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CompiledQuery, type Kysely, sql, type Transaction } from 'kysely'
import { type Migration, type MigrationProvider, Migrator } from 'kysely/migration'
import type pg from 'pg'
import { plainKysely } from './database.ts'
import { grantFunctions } from './function-rights.ts'
import { migrationNames, migrationsFolder } from './migration-status.ts'
import { grantQueue } from './queue-rights.ts'

class SqlFiles implements MigrationProvider {
  async getMigrations(): Promise<Record<string, Migration>> {
    const migrations: Record<string, Migration> = {}
    for (const name of await migrationNames()) {
      const text = await readFile(join(migrationsFolder, `${name}.sql`), 'utf8')
      // All statements of the file are sent in one message. PostgreSQL accepts this, because the message has
      // no parameters.
      migrations[name] = {
        up: async (db) => void (await db.executeQuery(CompiledQuery.raw(text))),
      }
    }
    return migrations
  }
}

function migrator(db: Kysely<unknown>): Migrator {
  return new Migrator({ db, provider: new SqlFiles() })
}

/**
 * Migrates the database to the newest schema, as its owner, and grants the application's role its rights. Any
 * number of processes may call this at once, because kysely's Migrator holds a lock. Returns the names of the
 * migrations that were applied now.
 */
export async function migrate(owner: pg.Pool, appRole: string): Promise<string[]> {
  const db = plainKysely(owner)
  const { error, results } = await migrator(db).migrateToLatest()
  if (error) throw error
  await refuseObjects(db)
  await grantToApplication(db, appRole)
  return (results ?? [])
    .filter((migrationResult) => migrationResult.status === 'Success')
    .map((migrationResult) => migrationResult.migrationName)
}

// The tables whose rows are written once: the application may read and add rows, and do nothing else. Only
// a trigger changes the ledger's balances.
const writtenOnce = [
  'events',
  'audit_log',
  'stock_movements',
  'ledger_accounts',
  'ledger_transactions',
  'ledger_entries',
]
const readOnly = [
  'ledger_balances',
  'clock',
  'staff',
  'staff_tokens',
  'staff_names',
  'staff_factors',
  'staff_factor_codes',
  'installation',
  'database_environment',
  'database_keys',
  'kysely_migration',
  'kysely_migration_lock',
]
/**
 * The tables from which the application may delete rows: what expires, what a person may have erased, and
 * marks that are taken away again. All other rows stay: orders, payments and people are never deleted. The
 * trigger of `limit_uses` refuses the deletion itself.
 * @internal
 */
export const deletable = [
  'addresses',
  'auth_sessions',
  'bank_batches',
  'bank_files_in_doubt',
  'bank_references',
  'called_codes',
  'code_spending',
  'command_run_lines',
  'command_runs',
  'idempotency_keys',
  'limit_uses',
  'notification_deliveries',
  'notification_preferences',
  'notifications',
  'otp_challenges',
  'paces',
  'provider_lines',
  'push_subscriptions',
  'shipping_rates',
  'stock_shortages',
  'way_changes',
  'way_keys',
  'whatsapp_holds',
  'whatsapp_pace',
]
/**
 * Some tables, and the columns of each that the application may update. It may update no other column of
 * these tables.
 */
const updatable: Record<string, readonly string[]> = {
  attention: [
    'times',
    'message',
    'command',
    'details',
    'resolved_at',
    'resolved_by',
    'resolution',
    'mailed_at',
  ],
  command_runs: ['attempt', 'seen_at', 'stop_asked_at', 'kept', 'ended_at', 'exit_code', 'key_is_free'],
  command_run_lines: [],
}
/**
 * The columns that the application may set when it adds an attention item. The columns of a resolution are
 * missing here, because a new item is never resolved.
 */
const raised = ['id', 'kind', 'subject_kind', 'subject_id', 'message', 'command', 'details', 'times', 'since']
/** The table of the secret by which the database recognises who acts; nobody but its owner reads it. */
const OWN_SECRET = 'acting_secret'
const SHELL_ROLE = 'laku_shell'

/**
 * Grants the application's role the rights that it needs, and no more. If the owner and the application are
 * one role, there is nothing to grant.
 */
async function grantToApplication(db: Kysely<unknown>, appRole: string): Promise<void> {
  const owner = await sql<{ role: string }>`select current_user::text as role`.execute(db)
  if (owner.rows[0]?.role === appRole) return
  const role = sql.id(appRole)
  await db.transaction().execute(async (tx) => {
    await sql`grant usage on schema public to ${role}`.execute(tx)
    await sql`grant select, insert, update on all tables in schema public to ${role}`.execute(tx)
    // An earlier version granted this on every table.
    await sql`revoke delete, truncate on all tables in schema public from ${role}`.execute(tx)
    await sql`grant delete on ${sql.join(deletable.map((name) => sql.table(name)))} to ${role}`.execute(tx)
    await sql`grant usage on all sequences in schema public to ${role}`.execute(tx)
    for (const table of writtenOnce) await sql`revoke update on ${sql.table(table)} from ${role}`.execute(tx)
    for (const table of readOnly) {
      await sql`revoke insert, update on ${sql.table(table)} from ${role}`.execute(tx)
    }
    await sql`revoke update on ledger_snapshots from ${role}`.execute(tx)
    await sql`revoke all on ${sql.table(OWN_SECRET)} from ${role}`.execute(tx)
    await sql`revoke insert on attention from ${role}`.execute(tx)
    await sql`grant insert (${columns(raised)}) on attention to ${role}`.execute(tx)
    for (const [table, names] of Object.entries(updatable)) {
      await sql`revoke update on ${sql.table(table)} from ${role}`.execute(tx)
      if (names.length > 0)
        await sql`grant update (${columns(names)}) on ${sql.table(table)} to ${role}`.execute(tx)
    }
    await grantFunctions(tx, role)
    await grantQueue(tx, role)
    await grantShell(tx)
  })
}

const columns = (names: readonly string[]) => sql.join(names.map((name) => sql.ref(name)))

/**
 * Grants rights to the database role of a person's SQL shell, if that role exists. The role may read
 * everything but the secrets by which staff log in, and write nothing.
 */
async function grantShell(tx: Transaction<unknown>): Promise<void> {
  const { rows } = await sql`select from pg_roles where rolname = ${SHELL_ROLE}`.execute(tx)
  if (rows.length === 0) return
  const role = sql.id(SHELL_ROLE)
  const queue = await sql`select from pg_namespace where nspname = 'pgboss'`.execute(tx)
  for (const schema of ['public', ...(queue.rows.length > 0 ? ['pgboss'] : [])]) {
    await sql`grant usage on schema ${sql.id(schema)} to ${role}`.execute(tx)
    await sql`grant select on all tables in schema ${sql.id(schema)} to ${role}`.execute(tx)
  }
  await sql`grant execute on function shop_now to ${role}`.execute(tx)
  await sql`revoke select on staff_tokens, staff_factors, ${sql.table(OWN_SECRET)} from ${role}`.execute(tx)
  await sql`
    grant select (id, staff_id, created_at, expires_at, revoked_at) on staff_tokens to ${role}`.execute(tx)
  await sql`
    grant select (id, staff_id, created_at, confirmed_at, ended_at, ended_by) on staff_factors to ${role}`.execute(
    tx,
  )
}

/**
 * Prevents other roles from creating objects in the database. Otherwise another role could create a temporary
 * table or function that defeats one of the database's guards. Only the role that owns the database can set
 * this. If the caller is another role, nothing is set, and `laku doctor` reports it.
 */
async function refuseObjects(db: Kysely<unknown>): Promise<void> {
  await sql`
    do $$ begin
      execute format('revoke temporary, create on database %I from public', current_database());
      revoke create on schema public from public;
    exception when insufficient_privilege then null; end $$`.execute(db)
}
