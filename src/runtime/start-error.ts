/** 2 is a setting or a folder that a person must fix; 6 is a database that cannot be had. */
export type StartExitCode = 2 | 6

/**
 * Why a process cannot start: a line that says what is wrong, where, and what to do about it. No stack is
 * needed.
 */
export class StartError extends Error {
  override readonly name: string = 'StartError'
  readonly exitCode: StartExitCode

  constructor(exitCode: StartExitCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}
