import type { BreakerOptions } from '../circuit-breaker.ts'
import { type CallLimiter, createProviderHttp, type HeardAnswer, type ProviderHttp } from '../http.ts'
import { xenditErrorIn } from './answers.ts'

export interface XenditOptions {
  /** `https://api.xendit.co`, or a sandbox's address. */
  url: string
  secretKey: string
  /** For one call. Default 10 s. */
  timeoutMs?: number
  breaker?: BreakerOptions
  limiter?: CallLimiter
  heard?: ((answer: HeardAnswer) => void) | undefined
}

/**
 * Looking one up by our key and listing are one endpoint; an invoice's turn is taken in the line of its
 * buyers.
 */
function endpointOf(operation: string): string | undefined {
  if (operation === 'create_invoice') return undefined
  return operation === 'find_invoices' ? 'list_invoices' : operation
}

/** Returns the two ways to call Xendit: our HTTP client for raw answers, and the account for their SDK. */
export function xenditWire(options: XenditOptions): {
  http: ProviderHttp
  account: { secretKey: string; xenditURL: string }
} {
  const url = options.url.replace(/\/+$/, '')
  const http = createProviderHttp({
    ...options,
    provider: 'xendit',
    endpointOf,
    headers: { authorization: `Basic ${Buffer.from(`${options.secretKey}:`).toString('base64')}` },
    errorIn: xenditErrorIn,
  })
  return { http, account: { secretKey: options.secretKey, xenditURL: url } }
}
