import type pg from 'pg'
import { StartError } from '../../runtime/start-error.ts'

// While the owner waits for a table, every later statement on that table waits behind the owner.
const WAIT_MS = 30_000
// The code of PostgreSQL for a lock that was not given in time.
const LOCK_NOT_AVAILABLE = '55P03'
const BETWEEN_LOOKS_MS = 500
const SHOWN = 5

/**
 * Returns a database URL whose connections wait at most 30 s for a lock. An address that names its own time
 * (`?lock_timeout=600000`, in ms) keeps it.
 */
export function withLockTimeout(url: string): string {
  const bounded = new URL(url)
  if (!bounded.searchParams.has('lock_timeout')) bounded.searchParams.set('lock_timeout', String(WAIT_MS))
  return bounded.toString()
}

/**
 * Returns the error to throw for `error`: StartError 6, which names the connections that hold locks, if the
 * owner waited too long for a lock; otherwise `error` itself.
 */
export async function nameHolders(owner: pg.Pool, error: unknown): Promise<unknown> {
  if (!(error instanceof Error && 'code' in error && error.code === LOCK_NOT_AVAILABLE)) return error
  const before = await holders(owner)
  await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS_MS))
  // A transaction of a working shop ends within milliseconds, so it is not in both lists.
  const lasting = (await holders(owner)).filter(({ pid, transaction }) =>
    before.some((other) => other.pid === pid && other.transaction === transaction),
  )
  const named = lasting
    .slice(0, SHOWN)
    .map(({ pid, role, application }) => `process ${pid} (${[role, application].filter(Boolean).join(', ')})`)
  const who =
    named.length === 0
      ? 'Nobody holds one any more.'
      : `These connections hold locks: ${named.join(', ')}. Let them finish, or end each with "select pg_terminate_backend(PID)".`
  return new StartError(
    6,
    `the database's owner waited too long for a lock of another connection, so the update stopped and the missing migrations did not run. ${who} Then run laku db migrate again.`,
    { cause: error },
  )
}

interface Holder {
  pid: number
  role: string | null
  application: string | null
  transaction: string
}

/**
 * Returns the other connections that hold a lock of the whole database, or on a table of laku or the queue.
 */
async function holders(owner: pg.Pool): Promise<Holder[]> {
  const { rows } = await owner.query<Holder>(`
    select a.pid, a.usename as role, a.application_name as application, min(l.virtualtransaction) as transaction
    from pg_locks l join pg_stat_activity a on a.pid = l.pid left join pg_class c on c.oid = l.relation
    where l.granted and l.pid <> pg_backend_pid()
      and l.database = (select oid from pg_database where datname = current_database())
      and (l.locktype = 'advisory' or c.relnamespace in (select oid from pg_namespace where nspname in ('public', 'pgboss')))
    group by a.pid, a.usename, a.application_name order by a.pid`)
  return rows
}
