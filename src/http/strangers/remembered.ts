/**
 * A cache of values by name, each kept until an instant (ms since 1970). `most` is the maximum number of
 * values; if it is reached, the oldest values are dropped.
 */
export class Remembered<T> {
  readonly #kept = new Map<string, { until: number; value: T }>()
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  get(name: string, nowMs: number): { until: number; value: T } | undefined {
    const known = this.#kept.get(name)
    if (known && known.until > nowMs) return known
    if (known) this.#kept.delete(name)
    return undefined
  }

  keep(name: string, value: T, until: number): void {
    this.#kept.delete(name)
    if (this.#kept.size >= this.#most) this.#kept.delete(this.#kept.keys().next().value as string)
    this.#kept.set(name, { until, value })
  }
}
