/** Refusals are counted by the minute. */
const WINDOW_MS = 60_000
/**
 * So many refused requests for codes or guesses in a minute, from so many networks: one network alone is held
 * by its own limits.
 */
const REFUSALS = 40
const NETWORKS = 12
/** So many networks are told apart: more would say the same. */
const MAX_NETWORKS = 1_000
/** It is over when so long few were refused. */
const LASTS_MS = 120_000

/**
 * Whether many networks together knock at the door of codes, as this process sees it. While they do, each
 * stranger works before a message is paid: a number that nobody has cannot be told from a buyer's who is new,
 * but an attacker has to pay as many digests as messages.
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
