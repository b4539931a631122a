import { DomainError } from './errors.ts'
import { kernelErrors } from './kernel-errors.ts'

interface Translation {
  translated: unknown
  /** The same work may succeed when run again from its start. */
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

/** Translates a failure of the database into its meaning for the caller; anything unknown stays as it is. */
export function translateDatabaseError(error: unknown): Translation {
  if (error instanceof DomainError) return { translated: error, again: false }
  const state = sqlState(error)
  switch (state) {
    case SERIALIZATION_FAILURE:
    case DEADLOCK:
      return { translated: kernelErrors.busy({ retryAfterS: 1 }), again: true }
    case UNIQUE_VIOLATION:
      // Another request under the same key was answered meanwhile: run again, its answer is found.
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
 * States of a PostgreSQL that may be well again in a moment, by SQLSTATE (its manual, appendix A). Of the
 * class 08 (connection) and 53 (a full disk 53100, no memory 53200, too many connections 53300) all.
 */
const unavailable = new Set([
  // A standby, or a primary set to read only: what would have been written was not.
  '25006',
  // Idle in a transaction, or in one, for too long.
  '25P03',
  '25P04',
  // Shut down, crashed, starting or recovering, database dropped, idle for too long.
  '57P01',
  '57P02',
  '57P03',
  '57P04',
  '57P05',
  // The disk did not write or read.
  '58030',
])

/** The network's own, as Node names them. */
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

// The messages of pg itself about a connection that ended: they have no code, and hide the error that ended
// the connection.
const told =
  /connection terminated|timeout exceeded when trying to connect|is not queryable|client was closed|query read timeout/i

/** The server went away, refuses connections or writes, or the pool could not get one in time. */
function isConnectionLoss(error: unknown, state = sqlState(error)): boolean {
  if (state !== undefined && (state.startsWith('08') || state.startsWith('53') || unavailable.has(state)))
    return true
  if (state !== undefined && network.has(state) && !isOfFile(error)) return true
  return error instanceof Error && told.test(error.message)
}

/** A file that is missing has a path; a database's socket that is missing has an address. */
const isOfFile = (error: unknown) => error instanceof Error && 'path' in error && !('address' in error)
