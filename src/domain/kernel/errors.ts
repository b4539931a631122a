/**
 * The kinds of errors. The kind says how a caller should treat an error. Each interface (HTTP, CLI, jobs)
 * translates it into its own form: HTTP status, exit code, retry.
 */
export type ErrorKind = 'invalid' | 'not_found' | 'conflict' | 'forbidden' | 'unavailable' | 'limited'

export interface ErrorDefinition {
  code: string
  kind: ErrorKind
  message: string
  /**
   * The code that the error had before it was renamed. Each answer with this error contains the old code in
   * its details, as `former_code`.
   */
  former?: string
}

/** The error for a broken rule of the domain. Its code is stable and documented in docs/errors.md. */
export class DomainError extends Error {
  override readonly name = 'DomainError'
  readonly code: string
  readonly kind: ErrorKind
  readonly details: Record<string, unknown>

  constructor(definition: ErrorDefinition, details: Record<string, unknown> = {}) {
    super(definition.message)
    this.code = definition.code
    this.kind = definition.kind
    this.details = definition.former ? { ...details, formerCode: definition.former } : details
  }
}

/**
 * The result of a use case that refuses the call, but must commit a count, such as the number of wrong codes.
 * The caller that ran the transaction throws the error after the commit.
 */
export interface Refusal {
  refused: DomainError
}

const catalogue = new Map<string, ErrorDefinition>()

type Factories<T> = { [K in keyof T]: (details?: Record<string, unknown>) => DomainError }

/**
 * Declares the errors of a domain, each as `name: [kind, message]`, or as `[kind, message, former code]` if
 * the error was renamed. Returns, for each name, a function that makes the error. Its code is
 * `<domain>.<name>`. Throws if a code is declared twice.
 */
export function defineErrors<const T extends Record<string, readonly [ErrorKind, string, string?]>>(
  domain: string,
  errors: T,
): Factories<T> {
  const factories: Record<string, (details?: Record<string, unknown>) => DomainError> = {}
  for (const [name, [kind, message, former]] of Object.entries(errors)) {
    const definition = { code: `${domain}.${name}`, kind, message, ...(former && { former }) }
    if (catalogue.has(definition.code)) throw new Error(`error code ${definition.code} is declared twice`)
    catalogue.set(definition.code, definition)
    factories[name] = (details) => new DomainError(definition, details)
  }
  return factories as Factories<T>
}

/**
 * Returns every declared error, sorted by code, for the generation of docs/errors.md.
 * @internal
 */
export function errorCatalogue(): ErrorDefinition[] {
  return [...catalogue.values()].sort((a, b) => a.code.localeCompare(b.code))
}
