import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { extname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { CommandHouse, Execution } from '../../http/staff/command-house.ts'
import { buildId, loadedBuild } from '../../runtime/build-id.ts'
import { commandHouse, definitionOf } from '../command-house.ts'
import type { FromThread, ThreadSettings, ToThread } from './messages.ts'

/** The requests of customers: how many came since the server started, and how many wait for their answer. */
interface Customers {
  readonly received: number
  readonly inFlight: number
}

interface Ordered {
  execution: Execution
  resolve: (outcome: number | 'asked') => void
  reject: (error: unknown) => void
}

/**
 * The time that the thread gets to close its database connections (ms). After this time, the thread is ended,
 * which closes the connections as well.
 */
const CLOSE_MS = 2_000

/** The interval at which the server looks whether it is quiet enough to start the thread (ms). */
const LOOK_MS = 1_000
/**
 * The number of looks before the thread may start. A process that ends sooner, as most servers of tests do,
 * does not pay for the thread.
 */
const LOOKS_BEFORE = 10
/** The number of requests between two looks that still count as quiet. A balancer's health check is one. */
const QUIET_REQUESTS = 1

/**
 * Runs long commands of staff in a thread with an event loop and database connections of its own. So `ledger
 * verify` and imports never hold up the answers to buyers (docs/adr/0130). The thread starts in the first
 * quiet second of the server, or with the first long command (docs/adr/0169). All other commands run in the
 * server's own thread.
 */
export class WorkThread implements CommandHouse {
  readonly #settings: ThreadSettings
  readonly #ordered = new Map<string, Ordered>()
  #thread: Worker | undefined
  #looking: NodeJS.Timeout | undefined

  constructor(settings: ThreadSettings) {
    this.#settings = settings
  }

  /** Whether the thread runs; for tests. @internal */
  get isStarted(): boolean {
    return this.#thread !== undefined
  }

  /**
   * Starts the thread in a second without customers. Loading its code in a rush would delay the answers to
   * buyers, which is what the thread prevents. While another build is on the disk, the thread does not start:
   * it would load code of that build (docs/adr/0147).
   */
  startWhenQuiet(customers: Customers, buildOnDisk = buildId): void {
    let looks = 0
    let received = customers.received
    this.#looking = setInterval(() => {
      const came = customers.received - received
      received = customers.received
      if (++looks < LOOKS_BEFORE || came > QUIET_REQUESTS || customers.inFlight > 0) return
      if (buildOnDisk() !== loadedBuild) return
      clearInterval(this.#looking)
      this.#thread ??= this.#start()
      this.#post({ open: true })
    }, LOOK_MS)
    this.#looking.unref()
  }

  find: CommandHouse['find'] = (path) => commandHouse.find(path)

  run: CommandHouse['run'] = async (execution) => {
    const definition = await definitionOf(execution.request.path)
    return definition?.isLong ? await this.#order(execution) : await commandHouse.run(execution)
  }

  #order(execution: Execution): Promise<number | 'asked'> {
    const { laku: _, emit: _emit, ready: _ready, signal, ...order } = execution
    const { id } = order.run
    this.#thread ??= this.#start()
    const stop = () => this.#post({ stop: id })
    return new Promise<number | 'asked'>((resolve, reject) => {
      this.#ordered.set(id, { execution, resolve, reject })
      this.#post({ order })
      if (signal.aborted) stop()
      else signal.addEventListener('abort', stop)
    }).finally(() => {
      signal.removeEventListener('abort', stop)
      this.#ordered.delete(id)
    })
  }

  #start(): Worker {
    const thread = new Worker(threadFile(), { workerData: this.#settings, name: 'laku staff work' })
    thread.on('message', (message: FromThread) => this.#receive(message))
    let failure: unknown
    thread.once('error', (error) => {
      failure = error
    })
    // A thread that fails also exits. Its commands are rejected only when it has exited, because a repeated
    // command then gets a new thread.
    thread.once('exit', (code) => {
      if (this.#thread === thread) this.#thread = undefined
      for (const { reject } of this.#ordered.values())
        reject(failure ?? new Error(`the work thread ended with ${code}`))
    })
    // This thread must not keep the process running when the server has ended.
    thread.unref()
    return thread
  }

  #receive(message: FromThread): void {
    const ordered = this.#ordered.get(message.id)
    if (!ordered) return
    if ('event' in message) ordered.execution.emit(message.event)
    else if ('isReady' in message)
      ordered.execution.ready().then(() => this.#post({ more: message.id }), ordered.reject)
    else if ('outcome' in message) ordered.resolve(message.outcome)
    else ordered.reject(message.error)
  }

  #post(message: ToThread): void {
    this.#thread?.postMessage(message)
  }

  /**
   * Ends the thread. A transaction that still runs in the thread is rolled back, as when the process ends.
   */
  async close(): Promise<void> {
    clearInterval(this.#looking)
    const thread = this.#thread
    if (!thread) return
    thread.ref()
    const closed = once(thread, 'exit')
    this.#post({ close: true })
    await Promise.race([closed, sleep(CLOSE_MS, undefined, { ref: false })])
    await thread.terminate()
  }
}

/**
 * Returns the file of the thread: the one in the bundle of the build if there is a build, because its few
 * files load in half the time. Without a build, Node runs the .ts files.
 */
function threadFile(): URL {
  const extension = extname(import.meta.url)
  const bundled = new URL('../../host/thread.js', import.meta.url)
  return extension === '.js' && existsSync(bundled)
    ? bundled
    : new URL(`./thread${extension}`, import.meta.url)
}
