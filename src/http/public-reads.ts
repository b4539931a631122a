import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { DomainError, type Work } from '../domain/kernel/index.ts'
import type { Laku } from '../runtime/laku.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * Reads data that is the same for everybody, and caches it under `name`. In production the cached data is
     * used for a second, however many callers ask. In other environments nothing is cached, so that a
     * developer sees changes at once.
     */
    readPublic<T>(name: string, use: (work: Work) => Promise<T>): Promise<T>
  }
}

/**
 * The maximum age (ms) of a cached public answer. A session's page may be a second old, because nothing is
 * decided by it: a join reads the current row.
 */
export const FRESH_MS = 1_000
// The maximum number of public answers that are cached. An answer has some 2 kB, so all take 4 MB at most.
const MAX_ENTRIES = 2_000

export const publicReads = (laku: Laku) =>
  fp(async (app: FastifyInstance) => {
    const memory = laku.config.env === 'production' ? new Memory(FRESH_MS, MAX_ENTRIES) : undefined
    app.decorateRequest('readPublic', function <
      T,
    >(this: FastifyRequest, name: string, use: (work: Work) => Promise<T>): Promise<T> {
      if (!memory) return this.read(use)
      return memory.get(name, (isKnown) =>
        isKnown ? laku.unitOfWork.run(this.actor, use, { requestId: this.id }) : this.read(use),
      )
    })
  })

/**
 * A cache of answers by name, each kept for `freshMs`. If the cache is full, the oldest answer is dropped. If
 * several callers ask for one name at once, one read serves them all. `make` reads the answer. Its parameter
 * `isKnown` is true if the last read under this name found something. Such a read need not wait in the queue
 * of callers who are not logged in (strangers/fair-gate.ts).
 */
export class Memory {
  readonly #kept = new Map<string, { until: number; answer: Promise<unknown>; isFound: boolean }>()
  readonly #freshMs: number
  readonly #most: number

  constructor(freshMs: number, most: number) {
    this.#freshMs = freshMs
    this.#most = most
  }

  get<T>(name: string, make: (isKnown: boolean) => Promise<T>): Promise<T> {
    const known = this.#kept.get(name)
    if (known && known.until > Date.now()) return known.answer as Promise<T>
    this.#kept.delete(name)
    if (this.#kept.size >= this.#most) this.#kept.delete(this.#kept.keys().next().value as string)
    const answer = make(known?.isFound ?? false)
    const entry = { until: Date.now() + this.#freshMs, answer, isFound: known?.isFound ?? false }
    this.#kept.set(name, entry)
    // The answer "not found" is cached too, but any other error is not.
    answer.then(
      (found) => {
        entry.isFound = found !== undefined
      },
      (error) => {
        if (error instanceof DomainError && error.kind === 'not_found') entry.isFound = false
        else if (this.#kept.get(name) === entry) this.#kept.delete(name)
      },
    )
    return answer
  }
}
