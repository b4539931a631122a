import { DomainError } from './errors.ts'
import { kernelErrors } from './kernel-errors.ts'

interface Translation {
  translated: unknown
  /** The same work may succeed when run again from its start. */
  again: boolean
}

function sqlState(error: unknown): string | undefined {
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

/** What a failure of the database means to the caller; anything unknown stays as it is. */
export function translateDatabaseError(error: unknown): Translation {
  if (error instanceof DomainError) return { translated: error, again: false }
  const state = sqlState(error)
  switch (state) {
    case SERIALIZATION_FAILURE:
    case DEADLOCK:
      return { translated: kernelErrors.busy(), again: true }
    case UNIQUE_VIOLATION:
      // Another request under the same key was answered meanwhile: run again, its answer is found.
      if (violated(error) === 'idempotency_keys_pkey') return { translated: kernelErrors.busy(), again: true }
      return { translated: error, again: false }
    case LOCK_NOT_AVAILABLE:
    case STATEMENT_TIMEOUT:
      return { translated: kernelErrors.busy(), again: false }
    case FOREIGN_KEY_VIOLATION:
      return { translated: isOfErased(error) ? kernelErrors.user_erased() : error, again: false }
    default:
      return {
        translated: isConnectionLoss(error, state) ? kernelErrors.database_unavailable() : error,
        again: false,
      }
  }
}

/** Somebody who was erased meanwhile: the trigger `require_living_user`. */
const isOfErased = (error: unknown) =>
  error instanceof Error && 'constraint' in error && error.constraint === 'living_user'

/** The server went away, refuses connections, or the pool could not get one in time. */
export function isConnectionLoss(error: unknown, state = sqlState(error)): boolean {
  if (
    state !== undefined &&
    (state.startsWith('08') || state === '57P01' || state === '57P03' || state === '53300')
  )
    return true
  if (state === 'ECONNREFUSED' || state === 'ECONNRESET' || state === 'ENOENT' || state === 'EPIPE')
    return true
  return (
    error instanceof Error &&
    /connection terminated|timeout exceeded when trying to connect/i.test(error.message)
  )
}
