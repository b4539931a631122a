import closeWithGrace from 'close-with-grace'
import { hasTerminal } from './hang-up.ts'
import type { Logger } from './logger.ts'

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const
const notOurs = ['SIGQUIT', 'SIGILL', 'SIGTRAP', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGSEGV', 'SIGUSR2'] as const

/**
 * The time within which a repeated signal counts as the same signal (ms). npm, launchers and terminals each
 * pass on one Ctrl-C, so the process gets it twice within milliseconds. A signal after this time is a new
 * one, from a person who does not want to wait.
 */
const sameSignalMs = 300

interface Step {
  name: string
  close: () => unknown
}

export interface ShutdownOptions {
  logger: Logger
  /**
   * The time limit for all steps of the shutdown together (ms). If they take longer, the process ends with
   * exit code 1. Default 20 s.
   */
  deadlineMs?: number
}

/**
 * Closes the parts of a process in order: the part opened last is closed first. SIGTERM, SIGINT, a closed
 * terminal (SIGHUP) or an uncaught error begins the shutdown; a second signal ends the process at once. The
 * exit code is 0, or 1 after an error, a failed step or the deadline.
 */
export class Shutdown {
  readonly #logger: Logger
  readonly #steps: Step[] = []
  readonly #grace: { close: () => void }
  #current: string | undefined
  #beganAt: number | undefined

  constructor({ logger, deadlineMs = 20_000 }: ShutdownOptions) {
    this.#logger = logger
    this.#grace = closeWithGrace(
      {
        delay: deadlineMs,
        // `beforeExit` begins no shutdown, because a finished command ends by itself, with its own exit
        // code.
        skip: [...signals, ...notOurs, 'beforeExit'],
        logger: { error: (error) => logger.error({ err: error }, 'shutdown') },
        onTimeout: () =>
          logger.fatal({ step: this.#current, deadline_ms: deadlineMs }, 'shutdown takes too long'),
      },
      ({ err }) => this.#closeAll(err),
    )
    for (const signal of signals) {
      if (signal !== 'SIGHUP' || hasTerminal()) process.on(signal, () => this.#onSignal(signal))
    }
  }

  /** Registers a step of the shutdown. It runs after all steps that were registered later. */
  onShutdown(name: string, close: () => unknown): void {
    this.#steps.push({ name, close })
  }

  /** Begins the shutdown; the process ends when it is done. Calling it again does nothing. */
  begin(): void {
    if (this.#beganAt !== undefined) return
    this.#beganAt = performance.now()
    this.#grace.close()
  }

  get begun(): boolean {
    return this.#beganAt !== undefined
  }

  #onSignal(signal: string): void {
    if (this.#beganAt === undefined) {
      this.#logger.info({ signal }, 'shutdown')
      this.begin()
      return
    }
    if (performance.now() - this.#beganAt < sameSignalMs) return
    this.#logger.warn({ signal, step: this.#current }, 'second signal: ending at once')
    process.exit(1)
  }

  async #closeAll(error: Error | undefined): Promise<void> {
    this.#beganAt ??= performance.now()
    if (error) this.#logger.fatal({ err: error }, 'uncaught error')
    let failed = 0
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      this.#current = step.name
      try {
        await step.close()
      } catch (cause) {
        failed++
        this.#logger.error({ err: cause, step: step.name }, 'could not be closed')
      }
    }
    if (failed > 0) throw new Error(`${failed} of the steps failed`)
  }
}
