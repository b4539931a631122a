import type { BreakerOptions } from '../circuit-breaker.ts'
import { type CallLimiter, createProviderHttp, type HeardAnswer, type ProviderHttp } from '../http.ts'
import { xenditErrorIn } from './answers.ts'

export interface XenditOptions {
  /** Xendit's base address: `https://api.xendit.co`, or the sandbox's. */
  url: string
  secretKey: string
  /** The timeout of one call (ms). Default 10 s. */
  timeoutMs?: number
  breaker?: BreakerOptions
  limiter?: CallLimiter
  heard?: ((answer: HeardAnswer) => void) | undefined
}

/**
 * Returns the Xendit endpoint whose rate limit an operation counts against. Finding an invoice by our key and
 * listing invoices are one endpoint. For the creation of an invoice the result is undefined, because this
 * call has already waited for the rate limit in the queue of buyers' invoices.
 */
function endpointOf(operation: string): string | undefined {
  if (operation === 'create_invoice') return undefined
  return operation === 'find_invoices' ? 'list_invoices' : operation
}

/** Returns the two means to call Xendit: laku's HTTP client, and the key and address for Xendit's SDK. */
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
