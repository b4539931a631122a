import type { ProviderFailureFacts } from '../domain/kernel/provider-failure.ts'

type NetworkFailure = Pick<ProviderFailureFacts, 'outcome' | 'code'>

/**
 * The codes of errors that come before the first byte of a request is sent. After such an error, it is
 * certain that the provider has done nothing.
 */
const BEFORE_SENDING = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EDNS',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

/** Classifies a network error: `unreachable` if it came before the request was sent, else `unknown`. */
export function networkFailure(error: unknown): NetworkFailure {
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return { outcome: 'unknown', code: 'timeout' }
  }
  const codes = errorCodes(error)
  const early = codes.length > 0 && codes.every((code) => BEFORE_SENDING.has(code))
  return { outcome: early ? 'unreachable' : 'unknown', code: (codes[0] ?? 'connection_lost').toLowerCase() }
}

/**
 * Returns the system codes in an error and its causes. If a host has several addresses, Node throws one error
 * that holds an error for each address. The codes of all these errors are returned. Only if every error came
 * before sending is it certain that the request was not sent.
 */
function errorCodes(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.flatMap(errorCodes)
  const code = 'code' in error && typeof error.code === 'string' ? [error.code] : []
  return code.length > 0 ? code : errorCodes(error.cause)
}
