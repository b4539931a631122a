import {
  DomainError,
  type ErrorKind,
  ProviderFailure,
  type ProviderOutcome,
  translateDatabaseError,
} from '../../domain/kernel/index.ts'
import { StartError } from '../../runtime/start-error.ts'
import { ownFailure } from '../client/own-failure.ts'
import { type ExitCode, exitCodes } from './cli-error.ts'

/** A command's failure in the form in which it is printed. */
export interface Failure {
  code: string
  message: string
  details: Record<string, unknown>
  exitCode: ExitCode
  /** Whether laku foresaw this error. If it did, nobody needs the stack trace. */
  foreseen: boolean
}

const exitCodeOfKind: Record<ErrorKind, ExitCode> = {
  invalid: exitCodes.usage,
  not_found: exitCodes.notFound,
  forbidden: exitCodes.notAllowed,
  conflict: exitCodes.conflict,
  unavailable: exitCodes.unavailable,
  limited: exitCodes.unavailable,
}

const exitCodeOfOutcome: Record<ProviderOutcome, ExitCode> = {
  refused: exitCodes.failed,
  limited: exitCodes.unavailable,
  unreachable: exitCodes.unavailable,
  unknown: exitCodes.unavailable,
}

const startCodes = { 2: 'start.configuration', 6: 'start.database' } as const

/**
 * Returns the printed form of any error. This is the one place that decides the exit code, the code and the
 * message of each error.
 */
export function failureOf(thrown: unknown): Failure {
  const error = thrown instanceof DomainError ? thrown : translateDatabaseError(thrown).translated
  const own = ownFailure(error)
  if (own) return { ...own, exitCode: own.exitCode as ExitCode }
  if (error instanceof StartError) {
    const { message, exitCode } = error
    return { code: startCodes[exitCode], message, details: {}, exitCode, foreseen: true }
  }
  if (error instanceof DomainError) {
    const { code, message, details, kind } = error
    return { code, message, details, exitCode: exitCodeOfKind[kind], foreseen: true }
  }
  if (error instanceof ProviderFailure) {
    const { provider, operation, outcome, code, message, details, retryAfterS } = error
    const facts = { provider, operation, outcome, retryAfterS, ...details }
    return {
      code: `provider.${code}`,
      message,
      details: facts,
      exitCode: exitCodeOfOutcome[outcome],
      foreseen: true,
    }
  }
  const message = error instanceof Error ? error.message || error.name : String(error)
  return { code: 'cli.failed', message, details: {}, exitCode: exitCodes.failed, foreseen: false }
}
