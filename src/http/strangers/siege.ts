import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Network } from '../../domain/kernel/index.ts'

/** The period (ms) in which refused requests are counted: a minute. */
const WINDOW_MS = 60_000
/**
 * The thresholds of a siege (an attack by many networks): the number of refused code requests or guesses in a
 * minute, and the number of networks that they come from. A single network makes no siege, because its own
 * limits hold it back.
 */
const REFUSALS = 40
const NETWORKS = 12
/**
 * laku gives each code request an id (a challenge id). Many ids that laku never gave show an attack (a
 * siege). These are the thresholds: the number of such ids in a minute, and the number of networks that send
 * them. No browser sends such an id, so the thresholds are low.
 */
const FORGERIES = 6
const FORGERS = 3
/** The maximum number of networks that are counted in a minute. Counting more would not change the result. */
const MAX_NETWORKS = 1_000
/**
 * If the refusals stay below the thresholds for this time (ms), a siege (an attack by many networks) counts
 * as over.
 */
const LASTS_MS = 120_000

/**
 * laku suspects a siege (an attack by many networks) if SUSPECTS networks are refused within SUSPECTED_MS.
 * Then each unknown caller who requests a message must wait. The wait ends when the siege is certain, or when
 * the refusals are older than SUSPECTED_MS.
 */
const SUSPECTS = 2
const SUSPECTED_MS = 1_000
/**
 * The maximum time (ms) that a request waits while laku suspects a siege (an attack by many networks). This
 * is long enough to recognise a flood of 100 refused requests a second, and so short that a person hardly
 * notices the wait.
 */
const WAIT_MS = 400
const LOOK_MS = 25
/** The maximum number of requests that wait at once. A further request continues without waiting. */
const MAX_WAITING = 1_000

/**
 * Detects a siege: many networks together request or guess one-time codes. During a siege, each caller who is
 * not logged in must give a proof of work before laku pays for a message. Without this proof, laku could not
 * distinguish an attacker's invented phone number from the number of a new buyer.
 */
export class Siege {
  #networks = new Set<string>()
  #forgers = new Set<string>()
  #refusals = 0
  #forgeries = 0
  #since = 0
  #until = 0
  /** The networks that were refused lately, each with the time of its last refusal, oldest first. */
  readonly #lately = new Map<string, number>()
  #waiting = 0
  #look: Promise<void> | undefined

  refused(network: Network, nowMs: number): void {
    const name = this.#count(network, nowMs)
    if (this.#networks.size < MAX_NETWORKS) this.#networks.add(name)
    if (this.#refusals >= REFUSALS && this.#networks.size >= NETWORKS) this.#until = nowMs + LASTS_MS
  }

  /** Counts a request with an id that laku never gave. Only an attacker's program sends it. */
  forged(network: Network, nowMs: number): void {
    this.refused(network, nowMs)
    this.#forgeries++
    if (this.#forgers.size < MAX_NETWORKS) this.#forgers.add(nameOf(network))
    if (this.#forgeries >= FORGERIES && this.#forgers.size >= FORGERS) this.#until = nowMs + LASTS_MS
  }

  #count(network: Network, nowMs: number): string {
    if (nowMs - this.#since > WINDOW_MS) {
      this.#networks = new Set()
      this.#forgers = new Set()
      this.#refusals = 0
      this.#forgeries = 0
      this.#since = nowMs
    }
    this.#refusals++
    const name = nameOf(network)
    this.#lately.delete(name)
    this.#lately.set(name, performance.now())
    if (this.#lately.size > SUSPECTS) this.#lately.delete(this.#lately.keys().next().value as string)
    return name
  }

  lasts(nowMs: number): boolean {
    return this.#until > nowMs
  }

  /**
   * Waits while laku suspects a siege, for 0.4 s at most. If only one network was refused, there is no wait.
   * During the wait laku recognises a flood, so it pays for no message that the flood's first requests ask
   * for.
   */
  async settled(nowMs: () => number): Promise<void> {
    if (this.#waiting >= MAX_WAITING) return
    const until = performance.now() + WAIT_MS
    this.#waiting++
    try {
      while (!this.lasts(nowMs()) && this.#isSuspected() && performance.now() < until) await this.#nextLook()
    } finally {
      this.#waiting--
    }
  }

  /**
   * Resolves when the waiting requests next check whether the siege is certain. All waiting requests share
   * one timer.
   */
  #nextLook(): Promise<void> {
    this.#look ??= sleep(LOOK_MS).then(() => {
      this.#look = undefined
    })
    return this.#look
  }

  #isSuspected(): boolean {
    const [oldest] = this.#lately.values()
    return this.#lately.size >= SUSPECTS && performance.now() - (oldest ?? 0) < SUSPECTED_MS
  }
}

/**
 * All networks of one IPv6 prefix /48 belong to one customer of an internet provider, so they count as one
 * network.
 */
const nameOf = ({ site, home }: Network) => site ?? home
