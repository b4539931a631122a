import type { Server, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * The requests of customers that a server is answering. Long work of staff uses these figures to keep out of
 * the way of customers (docs/adr/0148).
 */
export interface CustomerLoad {
  /** How many requests came since the server started. */
  readonly received: number
  /** How many requests wait for their answer. */
  readonly inFlight: number
  /**
   * Resolves when no request waits for its answer. It resolves after this time (ms) at the latest, even if
   * requests still wait.
   */
  idle(longestMs: number): Promise<void>
}

/** Counts the requests of an HTTP server until their connections have the whole answer, or are closed. */
export class ServerLoad implements CustomerLoad {
  received = 0
  inFlight = 0
  #idle = Promise.withResolvers<void>()
  readonly #end = () => {
    this.inFlight--
    if (this.inFlight > 0) return
    this.#idle.resolve()
    this.#idle = Promise.withResolvers()
  }

  constructor(server: Server) {
    server.on('request', (_, response: ServerResponse) => {
      this.received++
      this.inFlight++
      response.once('close', this.#end)
    })
  }

  async idle(longestMs: number): Promise<void> {
    if (this.inFlight === 0) return
    const timer = new AbortController()
    try {
      await Promise.race([this.#idle.promise, sleep(longestMs, undefined, { signal: timer.signal })])
    } finally {
      timer.abort()
    }
  }
}
