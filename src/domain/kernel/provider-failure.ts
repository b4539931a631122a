/**
 * The outcome of a provider call that did not succeed.
 *
 * - `refused`: the provider refused, and nothing happened there. `code` is the reason; a repeat of the call
 *   gets the same answer.
 * - `limited`: a rate limit refused the call, and nothing happened. Try again after `retryAfterS`.
 * - `unreachable`: the request was never sent (connection refused, no DNS, circuit open), and nothing
 *   happened. Try later.
 * - `unknown`: timeout, connection cut, HTTP 5xx or an unreadable answer. The call may have had its effect:
 *   ask the provider before repeating it.
 */
export type ProviderOutcome = 'refused' | 'limited' | 'unreachable' | 'unknown'

export interface ProviderFailureFacts {
  provider: string
  operation: string
  outcome: ProviderOutcome
  /**
   * The error code that the provider gave, otherwise laku's own code in lower case (`timeout`, `http_502`).
   */
  code: string
  httpStatus?: number
  retryAfterS?: number
  /** Additional details from the provider's answer that the caller needs, such as the id of a duplicate. */
  details?: Record<string, unknown>
}

/**
 * A provider call that did not succeed. The error message contains codes only, because providers repeat names
 * and phone numbers in their texts.
 */
export class ProviderFailure extends Error {
  override readonly name = 'ProviderFailure'
  readonly provider: string
  readonly operation: string
  readonly outcome: ProviderOutcome
  readonly code: string
  readonly httpStatus: number | undefined
  readonly retryAfterS: number | undefined
  readonly details: Record<string, unknown>

  constructor(facts: ProviderFailureFacts) {
    const status = facts.httpStatus === undefined ? '' : ` (HTTP ${facts.httpStatus})`
    super(`${facts.provider} ${facts.operation} ${facts.outcome}: ${facts.code}${status}`)
    this.provider = facts.provider
    this.operation = facts.operation
    this.outcome = facts.outcome
    this.code = facts.code
    this.httpStatus = facts.httpStatus
    this.retryAfterS = facts.retryAfterS
    this.details = facts.details ?? {}
  }
}
