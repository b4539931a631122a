import type { HeardAnswer } from '../http.ts'

/** A behaviour of the provider that differs from laku's facts. */
export interface Difference {
  /**
   * The fact's name in docs/providers.md; undefined where the difference is about our own settings or
   * account.
   */
  fact?: string
  says: string
  /** The step that a person takes about it. */
  todo: string
}

/** The finding of a probe. */
export interface Seen {
  says: string
  differences?: readonly Difference[]
  /** There was nothing to hold the facts against. */
  empty?: true
}

/** One harmless question to a provider, whose answer is compared with the facts. */
export interface Probe {
  /** The provider it asks; where nobody answers there, the other probes of that provider are not tried. */
  provider: string
  name: string
  /** The probe creates or moves something at the provider, in test mode: it is left out with live keys. */
  makes?: true
  /** @throws ProviderFailure where there is no answer, or another than was asked for */
  ask: () => Promise<Seen>
}

/** A probe cannot ask, for a setting is missing. */
export class NotConfigured extends Error {
  override readonly name = 'NotConfigured'
}

/** Passes each answer on to the recorder, and keeps the last answer for the probe that asked. */
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

  /** The body of the last answer, as it came. */
  get body(): unknown {
    return this.#last?.body
  }
}

/** Returns the fields of a value; none if it is no object. */
export function fieldsIn(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}

/** Returns a list of objects, which may stand alone or under a name. */
export function rowsIn(value: unknown, name?: string): Record<string, unknown>[] {
  const list = Array.isArray(value) || name === undefined ? value : fieldsIn(value)[name]
  return Array.isArray(list) ? list.map(fieldsIn) : []
}

/** The values that are there, each once, in order. */
export function distinct(values: readonly unknown[]): string[] {
  return [...new Set(values.filter((value) => typeof value === 'string'))].sort()
}
