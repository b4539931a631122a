import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CompiledQuery, Kysely, PostgresDialect, type RawBuilder, sql, type Transaction } from 'kysely'
import { type Migration, type MigrationProvider, Migrator } from 'kysely/migration'
import type pg from 'pg'
import { migrationNames, migrationsFolder } from './migration-status.ts'

class SqlFiles implements MigrationProvider {
  async getMigrations(): Promise<Record<string, Migration>> {
    const migrations: Record<string, Migration> = {}
    for (const name of await migrationNames()) {
      const text = await readFile(join(migrationsFolder, `${name}.sql`), 'utf8')
      // Without parameters PostgreSQL takes many statements in one message.
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

function plainKysely(pool: pg.Pool): Kysely<unknown> {
  return new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
}

/**
 * Brings the database to the newest schema, as its owner, and lets the application's role in. Any number of
 * processes may call it at once: kysely's Migrator holds a lock. Returns the names that were applied now.
 */
export async function migrate(owner: pg.Pool, appRole: string): Promise<string[]> {
  const db = plainKysely(owner)
  const { error, results } = await migrator(db).migrateToLatest()
  if (error) throw error
  await grantToApplication(db, appRole)
  return (results ?? []).filter((one) => one.status === 'Success').map((one) => one.migrationName)
}

// What is written once may be read and added to, and nothing else; balances only follow their trigger.
const writtenOnce = [
  'events',
  'audit_log',
  'stock_movements',
  'ledger_accounts',
  'ledger_transactions',
  'ledger_entries',
]
const readOnly = ['ledger_balances', 'clock', 'kysely_migration', 'kysely_migration_lock']

/** Grants the application's role what it needs, and no more. With one role for all, there is nothing to grant. */
export async function grantToApplication(db: Kysely<unknown>, appRole: string): Promise<void> {
  const owner = await sql<{ role: string }>`select current_user::text as role`.execute(db)
  if (owner.rows[0]?.role === appRole) return
  const role = sql.id(appRole)
  await db.transaction().execute(async (tx) => {
    await sql`grant usage on schema public to ${role}`.execute(tx)
    await sql`grant select, insert, update, delete on all tables in schema public to ${role}`.execute(tx)
    await sql`grant usage on all sequences in schema public to ${role}`.execute(tx)
    for (const table of writtenOnce)
      await sql`revoke update, delete, truncate on ${sql.table(table)} from ${role}`.execute(tx)
    for (const table of readOnly) {
      await sql`revoke insert, update, delete, truncate on ${sql.table(table)} from ${role}`.execute(tx)
    }
    await sql`revoke update, truncate on ledger_snapshots from ${role}`.execute(tx)
    // Development's clock; a production start refuses a shifted one.
    await sql`grant update on clock to ${role}`.execute(tx)
    await grantQueue(tx, role)
  })
}

/** The queue's tables, where it is installed: they are written by whoever enqueues or works. */
async function grantQueue(tx: Transaction<unknown>, role: RawBuilder<unknown>): Promise<void> {
  const { rows } = await sql`select from pg_namespace where nspname = 'pgboss'`.execute(tx)
  if (rows.length === 0) return
  await sql`grant usage on schema pgboss to ${role}`.execute(tx)
  await sql`grant select, insert, update, delete on all tables in schema pgboss to ${role}`.execute(tx)
  await sql`grant usage on all sequences in schema pgboss to ${role}`.execute(tx)
}
