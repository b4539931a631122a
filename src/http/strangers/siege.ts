/** The period (ms) in which refusals are counted: a minute. */
const WINDOW_MS = 60_000
/**
 * The thresholds of a siege: the refused code requests or guesses in a minute, and the networks that they
 * come from. A single network is held back by its own limits.
 */
const REFUSALS = 40
const NETWORKS = 12
/** The most networks that are counted separately; a higher number would not change the result. */
const MAX_NETWORKS = 1_000
/** The time (ms) after which a siege ends, if there were only few refusals in it. */
const LASTS_MS = 120_000

/**
 * Detects a siege: many networks together request or guess codes, as seen by this process. During a siege
 * each unknown caller must give a proof of work before laku pays for a message. An invented number looks like
 * that of a new buyer, but an attacker must pay with work for every message.
 */
export class Siege {
  #networks = new Set<string>()
  #refusals = 0
  #since = 0
  #until = 0

  refused(network: string, nowMs: number): void {
    if (nowMs - this.#since > WINDOW_MS) {
      this.#networks = new Set()
      this.#refusals = 0
      this.#since = nowMs
    }
    this.#refusals++
    if (this.#networks.size < MAX_NETWORKS) this.#networks.add(network)
    if (this.#refusals >= REFUSALS && this.#networks.size >= NETWORKS) this.#until = nowMs + LASTS_MS
  }

  lasts(nowMs: number): boolean {
    return this.#until > nowMs
  }
}
