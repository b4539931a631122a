import { once } from 'node:events'
import { extname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { CommandHouse, Execution } from '../../http/staff/command-house.ts'
import { commandHouse, definitionOf } from '../command-house.ts'
import type { FromThread, ThreadSettings, ToThread } from './messages.ts'

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

/**
 * Runs long commands of staff in a thread with an event loop and database connections of its own. So `ledger
 * verify` and imports never hold up the answers to buyers (docs/adr/0130). The thread is started only by the
 * first long command, because it costs a second of processor time and 70 MB. All other commands run in the
 * server's own thread.
 */
export class WorkThread implements CommandHouse {
  readonly #settings: ThreadSettings
  readonly #ordered = new Map<string, Ordered>()
  #thread: Worker | undefined

  constructor(settings: ThreadSettings) {
    this.#settings = settings
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
    // The thread's file has the same extension as this file. After compilation, both are .js files. Without
    // compilation, Node runs the .ts files.
    const file = new URL(`./thread${extname(import.meta.url)}`, import.meta.url)
    const thread = new Worker(file, { workerData: this.#settings, name: 'laku staff work' })
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
    const thread = this.#thread
    if (!thread) return
    thread.ref()
    const closed = once(thread, 'exit')
    this.#post({ close: true })
    await Promise.race([closed, sleep(CLOSE_MS, undefined, { ref: false })])
    await thread.terminate()
  }
}
