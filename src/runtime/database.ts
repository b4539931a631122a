import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely'
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

/** A connection pool for one process. Amounts come as exact integers, dates as `YYYY-MM-DD`, instants as `Date`. */
export function createPool(options: DatabaseOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    application_name: options.applicationName,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    // Statements of one transaction that do not need each other's answers travel together (Promise.all). What fails fails its
    // transaction, and with it what was sent behind.
    pipeline: true,
    types: { getTypeParser: typeParser as typeof pg.types.getTypeParser },
    // A transaction of laku takes milliseconds; what takes longer is stuck and must not hold its locks.
    statement_timeout: 60_000,
    lock_timeout: 15_000,
    idle_in_transaction_session_timeout: 30_000,
  })
  // An idle connection that the server closed: the pool opens another when one is needed.
  pool.on('error', () => {})
  // One in use that the server closes between two statements says so by an event, which unheard ends the process; the next
  // statement on it fails, and with it its transaction.
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

export function createKysely(pool: pg.Pool): Kysely<DB> {
  return new Kysely<DB>({
    dialect: new PostgresDialect({ pool }),
    // Payloads in jsonb keep their own keys.
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  })
}
