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
 * The thresholds for invented challenge ids: the number of ids in a minute, and the number of networks. No
 * browser sends an invented id, so the thresholds are low. A flood reaches them in a tenth of a second.
 */
const FORGERIES = 6
const FORGERS = 3
/** The maximum number of networks that are counted in a minute. Counting more would not change the result. */
const MAX_NETWORKS = 1_000
/**
 * The time (ms) after which a siege counts as over. The time begins again with each refusal that reaches the
 * thresholds.
 */
const LASTS_MS = 120_000

/**
 * The number of networks and the time (ms) by which laku suspects a siege. If this many networks are refused
 * within this time, a siege may be beginning. Each unknown caller's request for a message then waits. The
 * wait ends when the refusals are older than this time, or when the siege is certain.
 */
const SUSPECTS = 2
const SUSPECTED_MS = 1_000
/**
 * The maximum time (ms) that a request waits while laku finds out whether strangers flood it (a siege). A
 * flood of 100 refused requests a second is recognised within this time, and a person hardly notices the
 * wait.
 */
const WAIT_MS = 400
const LOOK_MS = 25
/** The maximum number of requests that wait at once. A further request continues without waiting. */
const MAX_WAITING = 1_000

/**
 * Detects a siege: many networks together request or guess one-time codes. During a siege, each caller who is
 * not logged in must give a proof of work before laku pays for a message. Only the proof of work
 * distinguishes an attacker's invented phone number from the number of a new buyer.
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

  /** Counts a request that only an attacker's program sends. */
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
   * Waits while a siege may be beginning: 0.4 s at most, and not at all where only one network was refused.
   * In that time laku recognises a flood, so it does not pay for messages to the flood's first requests.
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

/** All networks of one /48 belong to one customer of a provider, so they count as one. */
const nameOf = ({ site, home }: Network) => site ?? home
