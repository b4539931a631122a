/**
 * The exit code of a process that cannot start. 2 means a setting or a folder that a person must fix; 6 means
 * an unavailable database.
 */
export type StartExitCode = 2 | 6

/**
 * The reason why a process cannot start: one line about the fault, its place and its remedy, without a stack
 * trace.
 */
export class StartError extends Error {
  override readonly name: string = 'StartError'
  readonly exitCode: StartExitCode

  constructor(exitCode: StartExitCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}
