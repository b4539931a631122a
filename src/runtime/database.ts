import {
  CamelCasePlugin,
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  PostgresAdapter,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
  sql,
  type Transaction,
  type TransactionSettings,
} from 'kysely'
import pg from 'pg'
import type { DB } from '../domain/kernel/schema.ts'

const INT8 = 20
const DATE = 1082

function exactInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint out of JavaScript's exact range: ${text}`)
  return value
}

function typeParser(oid: number, format?: 'text' | 'binary') {
  if (oid === INT8) return exactInteger
  if (oid === DATE) return (text: string) => text
  return pg.types.getTypeParser(oid, format as 'text')
}

export interface DatabaseOptions {
  url: string
  poolSize: number
  applicationName: string
}

/**
 * Creates a connection pool for one process. Amounts are read as exact integers, dates as `YYYY-MM-DD`,
 * instants as `Date`.
 */
export function createPool(options: DatabaseOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    application_name: options.applicationName,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    // Statements of one transaction that do not need each other's results are sent together (Promise.all).
    // This is safe, because a failed statement fails the whole transaction, the statements sent after it
    // included.
    pipeline: true,
    types: { getTypeParser: typeParser as typeof pg.types.getTypeParser },
  })
  // The server may close an idle connection; the pool opens another when one is needed.
  pool.on('error', () => {})
  // The server may close a connection between two statements of a transaction. The connection then emits an
  // error event, which would end the process if nobody listened. The next statement on the connection fails,
  // and with it its transaction.
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

// A transaction of laku takes milliseconds. One that takes longer is stuck, and must not hold its locks. The
// time limits are set at the start of each transaction, because PgBouncer does not accept them as settings of
// a connection.
//
// PostgreSQL's JIT compiler is off, because compiling a statement takes seconds and running it takes
// milliseconds. It is switched off in each transaction, because a PostgreSQL that is not embedded may have it
// on.
const bounds = `set local statement_timeout = '60s'; set local lock_timeout = '15s'; set local idle_in_transaction_session_timeout = '30s'; set local jit = off`

const beginnings = new WeakMap<DatabaseConnection, Date>()

/**
 * Begins every transaction with its time limits, in one message to PostgreSQL. The same round trip reads
 * the time at which the transaction began.
 */
class BoundedDriver extends PostgresDriver {
  override async beginTransaction(
    connection: DatabaseConnection,
    settings: TransactionSettings,
  ): Promise<void> {
    const bounded = {
      executeQuery: ({ sql }: CompiledQuery) =>
        connection.executeQuery(CompiledQuery.raw(`${sql}; ${bounds}`)),
    }
    const [, { rows }] = await Promise.all([
      super.beginTransaction(bounded as DatabaseConnection, settings),
      connection.executeQuery<{ now: Date }>(CompiledQuery.raw('select now()')),
    ])
    const [began] = rows
    if (began) beginnings.set(connection, began.now)
  }
}

/**
 * Returns the time at which a transaction of `createKysely` began, by the database's clock and without a
 * round trip.
 */
export async function beganAt(tx: Transaction<DB>): Promise<Date> {
  const began = await tx.getExecutor().provideConnection(async (connection) => beginnings.get(connection))
  if (!began) throw new Error('a transaction began without the time of its database')
  return began
}

class BoundedDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig

  constructor(config: PostgresDialectConfig) {
    super(config)
    this.#config = config
  }

  override createDriver(): PostgresDriver {
    return new BoundedDriver(this.#config)
  }
}

export function createKysely(pool: pg.Pool): Kysely<DB> {
  return new Kysely<DB>({
    dialect: new BoundedDialect({ pool }),
    // CamelCasePlugin renames columns to camelCase. It must not rename the keys inside jsonb values.
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  })
}

/** The advisory lock by which Kysely lets one process migrate at a time. */
const MIGRATION_LOCK = '3853314791062309107'

/**
 * Waits for the lock of migrations as long as the connection's lock_timeout says. Kysely itself waits an
 * hour, and the application may hold this lock too.
 */
class MigrationAdapter extends PostgresAdapter {
  override async acquireMigrationLock(db: Kysely<unknown>): Promise<void> {
    await sql`select pg_advisory_lock(${sql.lit(MIGRATION_LOCK)})`.execute(db)
  }
}

class MigrationDialect extends PostgresDialect {
  override createAdapter(): PostgresAdapter {
    return new MigrationAdapter()
  }
}

/** Kysely with the names and types of the database, for what the owner does to tables of any version. */
export function plainKysely(pool: pg.Pool): Kysely<unknown> {
  return new Kysely<unknown>({ dialect: new MigrationDialect({ pool }) })
}
