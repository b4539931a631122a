import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { CliError, type ExitCode, exitCodes } from '../../cli/errors/cli-error.ts'

const launcher = fileURLToPath(new URL('../../../bin/laku.js', import.meta.url))
const TIMEOUT_MS = 25_000

/** One child process of `laku up`. */
export class Child {
  readonly name: string
  readonly #process: ChildProcess
  #stopping = false

  /**
   * Starts `laku <name>` as the leader of its own process group, so that a Ctrl-C reaches only `laku up`,
   * which stops its children in order. The child also ends by itself when the channel to `laku up` breaks.
   */
  constructor(name: string, env: NodeJS.ProcessEnv) {
    this.name = name
    this.#process = spawn(process.execPath, [launcher, name], {
      env,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      detached: true,
    })
  }

  /**
   * Resolves when the child process reports that it is ready. Throws a CliError if the child ends before
   * that.
   */
  async ready(): Promise<void> {
    const over = new AbortController()
    const { signal } = over
    try {
      await Promise.race([
        once(this.#process, 'message', { signal }),
        once(this.#process, 'exit', { signal }).then(([code]) => {
          throw this.#endedEarly(code)
        }),
      ])
    } finally {
      over.abort()
    }
  }

  #endedEarly(code: number | null): CliError {
    const foreseen: ExitCode[] = [exitCodes.usage, exitCodes.unavailable]
    const exitCode = foreseen.find((exitCode) => exitCode === code) ?? exitCodes.failed
    return new CliError(
      exitCode,
      'not_started',
      `the ${this.name} process did not start: its reason is on stderr`,
      {
        process: this.name,
      },
    )
  }

  /** Calls `tell` if the child process ends, unless `stop` ended it. */
  onDeath(tell: (how: string) => void): void {
    const { exitCode, signalCode } = this.#process
    if (exitCode !== null || signalCode !== null) {
      tell(signalCode ?? `exit code ${exitCode}`)
      return
    }
    this.#process.once('exit', (code, signal) => {
      if (!this.#stopping) tell(signal ?? `exit code ${code}`)
    })
  }

  /** Stops the child with SIGTERM, and with SIGKILL if the child does not end. */
  async stop(): Promise<void> {
    this.#stopping = true
    const child = this.#process
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS)
    await ended
    clearTimeout(timer)
  }
}
