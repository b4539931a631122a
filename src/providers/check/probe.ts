import type { HeardAnswer } from '../http.ts'

/** A behaviour of the provider that differs from the facts on which laku relies. */
export interface Difference {
  /** The fact's name in docs/providers.md; undefined if the cause is our own settings or account. */
  fact?: string
  says: string
  /** The step that a person should take because of this difference in the provider's behaviour. */
  todo: string
}

/** The finding of a probe, with the differences from the facts on which laku relies. */
export interface Seen {
  says: string
  differences?: readonly Difference[]
  /** True if the probe found nothing that it could compare with the facts on which laku relies. */
  empty?: true
}

/** A harmless question to a provider. Its answer is compared with the facts on which laku relies. */
export interface Probe {
  /**
   * The provider that the probe asks. If the provider does not answer, the later probes of this provider are
   * skipped.
   */
  provider: string
  name: string
  /**
   * True if the probe creates or moves something at the provider. Such a probe runs in test mode only: it
   * is skipped when the keys are live.
   */
  makes?: true
  /** @throws ProviderFailure where there is no answer, or another than was asked for */
  ask: () => Promise<Seen>
}

/** The error of a probe that cannot ask its provider, because a setting is missing. */
export class NotConfigured extends Error {
  override readonly name = 'NotConfigured'
}

/**
 * Receives the answers of a provider. It passes each answer on to the recorder. It also keeps the last
 * answer, so that the probe that asked can read the answer unchanged.
 */
export class Ear {
  #last: HeardAnswer | undefined
  readonly #also: ((answer: HeardAnswer) => void) | undefined

  constructor(also?: (answer: HeardAnswer) => void) {
    this.#also = also
  }

  readonly hear = (answer: HeardAnswer): void => {
    this.#last = answer
    this.#also?.(answer)
  }

  /** Returns the body of the provider's last answer, unchanged. */
  get body(): unknown {
    return this.#last?.body
  }
}

/** Returns the fields of a value if it is an object, else no fields. */
export function fieldsIn(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}

/**
 * Returns the items of a list as objects. The list is the value itself, or the value's field `name`. If there
 * is no list, the result is empty.
 */
export function rowsIn(value: unknown, name?: string): Record<string, unknown>[] {
  const list = Array.isArray(value) || name === undefined ? value : fieldsIn(value)[name]
  return Array.isArray(list) ? list.map(fieldsIn) : []
}

/** Returns the texts among the values, each once, in order. */
export function distinct(values: readonly unknown[]): string[] {
  return [...new Set(values.filter((value) => typeof value === 'string'))].sort()
}
