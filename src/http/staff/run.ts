import { setTimeout as sleep } from 'node:timers/promises'
import { JOB_AFTER_MS, type RunEvent } from '../../cli/client/protocol.ts'
import {
  type Attempt,
  type Begun,
  endRun,
  forgetRun,
  heartbeatRun,
  keepLines,
  keptLines,
  type RunsBy,
} from '../../domain/auth/index.ts'
import { DomainError } from '../../domain/kernel/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import type { CustomerLoad } from '../customer-load.ts'

/** The time settings of a command's run; tests use shorter ones. */
export interface RunPaces {
  /**
   * The time (ms) after which a command becomes a job. The output of a job is stored while it runs, and the
   * job continues even if its caller disconnects.
   */
  jobAfterMs: number
  /**
   * The interval (ms) at which new output is stored. At the same interval, the run checks whether somebody
   * wants to stop it.
   */
  flushMs: number
  /**
   * The requests of customers that this process is answering. A long staff command works in small pieces, and
   * pauses between two pieces while there are such requests.
   */
  customers?: CustomerLoad
}

/**
 * The pause after a piece of long staff work, as a multiple of the piece's own time. Without a customer's
 * request during the piece, there is no pause.
 */
const REST_PER_WORK = 3
/**
 * The maximum length (ms) of a pause between two pieces of long staff work. It is limited, because a piece
 * may take long only because it waits for a lock.
 */
const LONGEST_REST_MS = 250
/**
 * The longest time (ms) for which the next piece of long staff work waits for a moment without customers'
 * requests. In a rush there is no such moment, but the work must go on.
 */
const LONGEST_WAIT_MS = 100

export const runPaces: RunPaces = { jobAfterMs: JOB_AFTER_MS, flushMs: 1_000 }
/**
 * The maximum size (bytes) of output in memory. Beyond it, the run waits until its output is stored, and then
 * removes it from memory.
 */
const HELD_BYTES = 8 * 1024 * 1024
const CHUNK_BYTES = 1024 * 1024

/**
 * A command that is running in this process. Any number of readers can read its output, and each may begin at
 * any line.
 */
export class Run {
  readonly id: string
  readonly staffId: string
  readonly #laku: Laku
  /**
   * The staff token and the role that allow the run. The run stops once the token or the role is no longer
   * valid.
   */
  readonly #by: RunsBy | undefined
  readonly #paces: RunPaces
  readonly #stop = new AbortController()
  #lines: string[] = []
  /** The number of the first line of the command's output that is still held in memory. */
  #base = 0
  #kept = 0
  #heldBytes = 0
  #pieceBeganMs = performance.now()
  /** Whether a customer's request was being answered when the current piece of the work began. */
  #wasBesideCustomers = false
  /**
   * The number of customer requests that this process had received when the current piece of the work began.
   * If it has grown, customers came during the piece.
   */
  #receivedBefore: number
  #isRecorded: boolean
  /** Whether the command's output may be stored. */
  readonly #isKept: boolean
  #record: (() => Promise<Begun>) | undefined
  /** Resolves when the run's row was inserted, or could not be. */
  #recording: Promise<void> = Promise.resolve()
  /** The number of the attempt to run the command, which counts the servers that ran it. */
  #attempt: number
  #isEnding = false
  /** Whether the command failed, instead of giving an answer. */
  #hasFailed = false
  #flushing: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined
  #over = false
  #readers = 0
  #wake = Promise.withResolvers<void>()

  /**
   * Starts a run of a staff command. `record` inserts the run's row in the database; without `record` the row
   * already exists. A command that only reads gets its row only if it takes long.
   */
  constructor(
    laku: Laku,
    identity: {
      id: string
      attempt?: number | undefined
      staffId: string
      by?: RunsBy | undefined
      shownOnce?: boolean | undefined
    },
    paces: RunPaces,
    record?: () => Promise<Begun>,
  ) {
    this.#laku = laku
    this.#paces = paces
    this.#receivedBefore = paces.customers?.received ?? 0
    this.id = identity.id
    this.staffId = identity.staffId
    this.#attempt = identity.attempt ?? 1
    this.#by = identity.by
    this.#isKept = !identity.shownOnce
    this.#record = record
    this.#isRecorded = record === undefined
    if (this.#isRecorded) this.#keepOn()
    else this.#timer = setTimeout(() => void this.becomeJob(), paces.jobAfterMs)
  }

  get signal(): AbortSignal {
    return this.#stop.signal
  }

  /** The attempt to run the command that this run is. */
  get attempt(): Attempt {
    return { id: this.id, attempt: this.#attempt }
  }

  /** Whether the run has a row in the database, and so continues if its caller disconnects. */
  get isJob(): boolean {
    return this.#isRecorded
  }

  get over(): boolean {
    return this.#over
  }

  stop(): void {
    this.#stop.abort()
  }

  emit(event: RunEvent): void {
    if (this.#over) return
    if ('failure' in event) this.#hasFailed = true
    const line = JSON.stringify({ n: this.#base + this.#lines.length, ...event })
    this.#lines.push(line)
    this.#heldBytes += line.length
    this.#wakeReaders()
  }

  /** Resolves when the command may write more output. */
  async ready(): Promise<void> {
    await this.#rest()
    if (this.#heldBytes <= HELD_BYTES) return
    await this.becomeJob()
    await this.#flush()
    this.#lines = this.#lines.slice(this.#kept - this.#base)
    this.#base = this.#kept
    this.#heldBytes = 0
  }

  /**
   * Pauses between two pieces of long work while customers' requests are being answered: staff can wait, but
   * buyers in a rush cannot. Without such requests, the work does not pause, and only lets waiting events of
   * the process run.
   */
  async #rest(): Promise<void> {
    const workedMs = performance.now() - this.#pieceBeganMs
    await new Promise((resolve) => setImmediate(resolve))
    const { customers } = this.#paces
    if (customers) {
      if (this.#wasBesideCustomers || customers.received > this.#receivedBefore)
        await sleep(Math.min(workedMs * REST_PER_WORK, LONGEST_REST_MS))
      await customers.idle(LONGEST_WAIT_MS)
      this.#wasBesideCustomers = customers.inFlight > 0
      this.#receivedBefore = customers.received
    }
    this.#pieceBeganMs = performance.now()
  }

  /**
   * Turns the run into a job: from now on its output is stored, and it continues if its caller disconnects.
   */
  async becomeJob(): Promise<void> {
    const record = this.#record
    this.#record = undefined
    if (record) this.#recording = this.#becomeRecorded(record)
    await this.#recording
  }

  async #becomeRecorded(record: () => Promise<Begun>): Promise<void> {
    clearTimeout(this.#timer)
    try {
      const begun = await record()
      if (!begun.begun) return this.#lose()
      this.#attempt = begun.attempt
      // Nobody would end the row of a run that is over.
      if (this.#over) return await forgetRun(this.#laku.db, this.attempt)
      this.#isRecorded = true
      if (!this.#isEnding) this.#keepOn()
    } catch (error) {
      if (error instanceof DomainError && error.code === 'auth.command_key_reused') return this.#lose()
      this.#laku.logger.warn(
        { err: error, run: this.id },
        'the record of a long command run could not be written',
      )
      if (this.#readers === 0) this.stop()
    }
  }

  #keepOn(): void {
    const { jobAfterMs, flushMs } = this.#paces
    const began = performance.now()
    this.#timer = setInterval(() => {
      if (performance.now() - began >= jobAfterMs) void this.#flush()
      void this.#see()
    }, flushMs)
  }

  async #see(): Promise<void> {
    try {
      const beat = await heartbeatRun(this.#laku.db, this.attempt, this.#by)
      if (beat === 'lost') this.#lose()
      else if (beat === 'stop') this.stop()
    } catch (error) {
      this.#laku.logger.warn(
        { err: error, run: this.id },
        'the heartbeat of a command run could not be written',
      )
    }
  }

  /** Stores the part of the command's output that is not yet stored, in chunks and in order. */
  #flush(): Promise<void> {
    this.#flushing = this.#flushing.then(async () => {
      while (this.#isKept && this.#isRecorded && this.#kept < this.#base + this.#lines.length) {
        const lines: string[] = []
        let bytes = 0
        for (let at = this.#kept - this.#base; at < this.#lines.length && bytes < CHUNK_BYTES; at++) {
          const line = this.#lines[at] as string
          lines.push(line)
          bytes += line.length
        }
        try {
          const chunk = { firstLine: this.#kept, lines }
          if (!(await keepLines(this.#laku.db, this.#laku.vault, this.attempt, chunk))) return this.#lose()
        } catch (error) {
          this.#laku.logger.warn(
            { err: error, run: this.id },
            'the output of a command run could not be stored',
          )
          return
        }
        this.#kept += lines.length
      }
    })
    return this.#flushing
  }

  /** Ends the run, and stores its exit code before any reader gets it. */
  async end(exitCode: number): Promise<void> {
    if (this.#over) return
    this.#isEnding = true
    this.emit({ end: exitCode })
    // The exit code is stored first. Only then do the lines below let readers get it.
    clearTimeout(this.#timer)
    this.#record = undefined
    await this.#recording
    if (this.#isRecorded) {
      await this.#flush()
      const outcome = { exitCode, hasFailed: this.#hasFailed }
      await endRun(this.#laku.db, this.attempt, outcome).catch((error: unknown) =>
        this.#laku.logger.warn(
          { err: error, run: this.id },
          'the result of a command run could not be written',
        ),
      )
    }
    this.#over = true
    this.#wakeReaders()
  }

  /**
   * Ends the run because another server runs the command under the same id. The stored output of an id must
   * be that of one run. The readers learn how to see the output of the other run.
   */
  #lose(): void {
    if (this.#over || this.#isEnding) return
    const message = `another server runs the command ${this.id}, so this server stopped its own run. See the output with laku commands attach ${this.id}`
    this.emit({
      failure: {
        code: 'auth.command_run_lost',
        message,
        details: { id: this.id },
        exitCode: 5,
        foreseen: true,
      },
    })
    this.emit({ end: 5 })
    this.abandon()
    this.stop()
  }

  /** Ends the run without an exit code, because the command changed nothing or the server shuts down. */
  abandon(): void {
    clearTimeout(this.#timer)
    this.#record = undefined
    this.#isRecorded = false
    this.#over = true
    this.#wakeReaders()
  }

  #wakeReaders(): void {
    this.#wake.resolve()
    this.#wake = Promise.withResolvers<void>()
  }

  /**
   * Yields the output lines from number `from` on, until the run ends. When the last reader has disconnected,
   * the run is stopped, unless it is a job.
   */
  async *read(from: number, gone: AbortSignal): AsyncGenerator<string> {
    this.#readers++
    let at = from
    const wake = () => this.#wakeReaders()
    gone.addEventListener('abort', wake)
    try {
      while (!gone.aborted) {
        if (at < this.#base) {
          const chunk = await keptLines(this.#laku.db, this.#laku.vault, this.id, at)
          if (!chunk) return
          for (const line of chunk.lines.slice(at - chunk.firstLine)) yield line
          at = chunk.firstLine + chunk.lines.length
          continue
        }
        const line = this.#lines[at - this.#base]
        // The last line has the exit code. Readers get it only after the exit code is stored.
        const isLast = at === this.#base + this.#lines.length - 1
        if (line !== undefined && !(isLast && !this.#over && line.includes('"end":'))) {
          at++
          yield line
          continue
        }
        if (this.#over) return
        await this.#wake.promise
      }
    } finally {
      gone.removeEventListener('abort', wake)
      this.#readers--
      // A run whose row is being inserted counts as a job already: whoever asks for it next must get its
      // output.
      if (this.#readers === 0 && !this.#over && this.#record) {
        clearTimeout(this.#timer)
        this.#record = undefined
        this.stop()
      }
    }
  }
}
