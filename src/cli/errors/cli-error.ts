/** Exit codes of every laku command. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  notAllowed: 4,
  conflict: 5,
  unavailable: 6,
  partly: 7,
  found: 8,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/**
 * A failure of the command line itself. Its message says in one line what is wrong and what to do about it.
 */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly exitCode: ExitCode
  readonly code: string
  readonly details: Record<string, unknown>

  constructor(exitCode: ExitCode, code: string, message: string, details: Record<string, unknown> = {}) {
    super(message)
    this.exitCode = exitCode
    this.code = `cli.${code}`
    this.details = details
  }
}

/** Returns the message of anything that was thrown, for a text that people read. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Returns the error for wrong usage of a command, exit code 2. */
export function usageError(message: string, details?: Record<string, unknown>): CliError {
  return new CliError(exitCodes.usage, 'usage', message, details)
}

/**
 * Returns the error for a question that nobody is there to answer; the error names the flag that answers the
 * question.
 */
export function unanswered(question: string, flag: string): CliError {
  return new CliError(exitCodes.usage, 'unanswered', `${question}: answer it with ${flag}`, { flag })
}
