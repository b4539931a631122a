import type { Server, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * The requests of customers that a server is answering. Long staff commands read these figures and pause
 * while customers wait (docs/adr/0148).
 */
export interface CustomerLoad {
  /** How many requests came since the server started. */
  readonly received: number
  /** How many requests wait for their answer. */
  readonly inFlight: number
  /** Resolves when no customer's request waits for its answer, or when `longestMs` have passed. */
  idle(longestMs: number): Promise<void>
}

/**
 * Counts the requests that an HTTP server is answering. A request counts until its whole answer is sent, or
 * its connection is closed.
 */
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
