import { DomainError } from '../errors.ts'
import { kernelErrors } from '../kernel-errors.ts'

interface Translation {
  translated: unknown
  /** Whether the work that failed may succeed when it is run again from its start. */
  again: boolean
}

export function sqlState(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

const SERIALIZATION_FAILURE = '40001'
const DEADLOCK = '40P01'
const UNIQUE_VIOLATION = '23505'
const FOREIGN_KEY_VIOLATION = '23503'
const LOCK_NOT_AVAILABLE = '55P03'
const STATEMENT_TIMEOUT = '57014'

const violated = (error: unknown) =>
  error instanceof Error && 'constraint' in error ? error.constraint : undefined

/**
 * Translates an error of the database into laku's own error for the caller. An error that laku does not know
 * is returned unchanged.
 */
export function translateDatabaseError(error: unknown): Translation {
  if (error instanceof DomainError) return { translated: error, again: false }
  const state = sqlState(error)
  switch (state) {
    case SERIALIZATION_FAILURE:
    case DEADLOCK:
      return { translated: kernelErrors.busy({ retryAfterS: 1 }), again: true }
    case UNIQUE_VIOLATION:
      // Another request under the same idempotency key was answered at the same time. If the work is run
      // again, it finds that answer.
      if (violated(error) === 'idempotency_keys_pkey') return { translated: kernelErrors.busy(), again: true }
      return { translated: error, again: false }
    case LOCK_NOT_AVAILABLE:
    case STATEMENT_TIMEOUT:
      return { translated: kernelErrors.busy({ retryAfterS: 1, state }), again: false }
    case FOREIGN_KEY_VIOLATION:
      return { translated: isOfErased(error) ? kernelErrors.user_erased() : error, again: false }
    default:
      return {
        translated: isConnectionLoss(error, state)
          ? kernelErrors.database_unavailable({ retryAfterS: RETRY_AFTER_S, ...(state && { state }) })
          : error,
        again: false,
      }
  }
}

/** Whether the trigger `require_living_user` refused the row, because its user was erased meanwhile. */
const isOfErased = (error: unknown) =>
  error instanceof Error && 'constraint' in error && error.constraint === 'living_user'

const RETRY_AFTER_S = 5

/**
 * The SQLSTATEs which say that a PostgreSQL server does not work now but may work again soon (PostgreSQL
 * manual, appendix A). All states of class 08 (connection) and class 53 count, too: disk full 53100, out of
 * memory 53200, too many connections 53300.
 */
const unavailable = new Set([
  // The SQLSTATE of a write on a standby, or on a primary that is set to read only. Nothing was written.
  '25006',
  // The SQLSTATEs of a transaction that was idle for too long, or took too long.
  '25P03',
  '25P04',
  // The SQLSTATEs of a server that shuts down, crashed or starts, of a dropped database, and of a session
  // that was idle for too long.
  '57P01',
  '57P02',
  '57P03',
  '57P04',
  '57P05',
  // The SQLSTATEs of two faults outside of PostgreSQL: a disk that failed to read or write, and any other
  // error of the operating system.
  '58030',
  '58000',
  // An operator of the database intervened. PostgreSQL uses this general SQLSTATE if none of its special
  // ones, such as 57P01, fits.
  '57000',
])

/** The codes of network errors, as Node names them. */
const network = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNABORTED',
  'ENETDOWN',
  'ENETRESET',
  'EHOSTDOWN',
  'ENOTCONN',
  // These codes mean that this machine has no port or file handle left for a connection.
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENFILE',
  // With these codes, Node reports that a connection ended while something was written to it.
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
])

// The messages of the pg library about a database connection that ended. These errors have no code, and do
// not say why the connection ended.
const told =
  /connection terminated|timeout exceeded when trying to connect|is not queryable|client was closed|query read timeout|cannot use a pool after calling end|error establishing an ssl connection/i

/**
 * Whether an error says that the database is gone, refuses connections, or gave the pool no connection in
 * time.
 */
function isConnectionLoss(error: unknown, state = sqlState(error)): boolean {
  if (state !== undefined && (state.startsWith('08') || state.startsWith('53') || unavailable.has(state)))
    return true
  if (state !== undefined && network.has(state) && !isOfFile(error)) return true
  // If a host has several addresses, Node tries each of them and reports one error for each. The database is
  // gone only if every one of these errors says so.
  if (error instanceof AggregateError)
    return error.errors.length > 0 && error.errors.every((cause) => isConnectionLoss(cause))
  return error instanceof Error && told.test(error.message)
}

/**
 * Whether an error is about a missing file. An error with the same code may be about a missing socket of the
 * database instead. The error of a file has a path; the error of a socket has an address.
 */
const isOfFile = (error: unknown) => error instanceof Error && 'path' in error && !('address' in error)
