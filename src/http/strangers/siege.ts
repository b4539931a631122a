/** Refusals are counted by the minute. */
const WINDOW_MS = 60_000
/**
 * A siege begins at this many refused code requests or guesses in a minute, from this many networks. A single
 * network is held back by its own limits.
 */
const REFUSALS = 40
const NETWORKS = 12
/** The most networks that are counted separately; more would not change the result. */
const MAX_NETWORKS = 1_000
/** A siege ends once there were few refusals for this long. */
const LASTS_MS = 120_000

/**
 * Detects a siege: many networks together request or guess codes, as seen by this process. During a siege
 * each stranger must give a proof of work before a message is paid for. An invented number looks like that of
 * a new buyer, but an attacker must pay with work for every message.
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
