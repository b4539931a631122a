import { DomainError } from '../errors.ts'
import { kernelErrors } from '../kernel-errors.ts'

interface Translation {
  translated: unknown
  /** Whether the same work may succeed when it is run again from its start. */
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
 * Translates a failure of the database into its meaning for the caller; an unknown failure is returned
 * unchanged.
 */
export function translateDatabaseError(error: unknown): Translation {
  if (error instanceof DomainError) return { translated: error, again: false }
  const state = sqlState(error)
  switch (state) {
    case SERIALIZATION_FAILURE:
    case DEADLOCK:
      return { translated: kernelErrors.busy({ retryAfterS: 1 }), again: true }
    case UNIQUE_VIOLATION:
      // Another request under the same idempotency key was answered meanwhile. If the work is run again, it
      // finds that request's answer.
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

/** The trigger `require_living_user` refused a row of a user who was erased meanwhile. */
const isOfErased = (error: unknown) =>
  error instanceof Error && 'constraint' in error && error.constraint === 'living_user'

const RETRY_AFTER_S = 5

/**
 * The SQLSTATEs of a PostgreSQL server that may work again in a moment (see its manual, appendix A). All
 * states of the classes 08 (connection) and 53 count, too: a full disk 53100, no memory 53200, too many
 * connections 53300.
 */
const unavailable = new Set([
  // A write on a standby, or on a primary that is set to read only: nothing was written.
  '25006',
  // A session was idle in a transaction for too long, or a transaction took too long.
  '25P03',
  '25P04',
  // The server shut down, crashed, is starting or recovering, the database was dropped, or the session was
  // idle for too long.
  '57P01',
  '57P02',
  '57P03',
  '57P04',
  '57P05',
  // The disk failed to read or write.
  '58030',
])

/** The network's error codes, as Node names them. */
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
])

// The error messages of the pg library about a connection that ended. They have no code, and they hide the
// error that ended the connection.
const told =
  /connection terminated|timeout exceeded when trying to connect|is not queryable|client was closed|query read timeout/i

/**
 * Whether an error means that the server is gone, refuses connections or writes, or that the pool could not
 * get a connection in time.
 */
function isConnectionLoss(error: unknown, state = sqlState(error)): boolean {
  if (state !== undefined && (state.startsWith('08') || state.startsWith('53') || unavailable.has(state)))
    return true
  if (state !== undefined && network.has(state) && !isOfFile(error)) return true
  return error instanceof Error && told.test(error.message)
}

/**
 * Whether an error is about a missing file and not about a missing socket of the database. The error of a
 * file has a path; the error of a socket has an address.
 */
const isOfFile = (error: unknown) => error instanceof Error && 'path' in error && !('address' in error)
