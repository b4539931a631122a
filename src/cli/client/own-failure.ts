import { CommanderError } from 'commander'
import { CliError, exitCodes } from '../errors/cli-error.ts'
import type { PrintedFailure } from './protocol.ts'

/**
 * Returns a failure of the command line itself in the form that is printed; undefined for any other failure.
 */
export function ownFailure(error: unknown): PrintedFailure | undefined {
  if (error instanceof CliError) {
    const { code, message, details, exitCode } = error
    return { code, message, details, exitCode, foreseen: true }
  }
  if (!(error instanceof CommanderError)) return undefined
  const message = error.message.replace(/^error: /, '').replaceAll('\n', ' ')
  return { code: 'cli.usage', message, details: {}, exitCode: exitCodes.usage, foreseen: true }
}
