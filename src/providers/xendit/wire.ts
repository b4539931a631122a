import type { BreakerOptions } from '../guard.ts'
import { createProviderHttp, type ProviderHttp } from '../http.ts'
import { xenditErrorIn } from './answers.ts'

export interface XenditOptions {
  /** `https://api.xendit.co`, or a sandbox's address. */
  url: string
  secretKey: string
  /** For one call. Default 10 s. */
  timeoutMs?: number
  breaker?: BreakerOptions
}

/** How to speak to Xendit: our HTTP for what is read raw, the account for what goes through their SDK. */
export function xenditWire(options: XenditOptions): {
  http: ProviderHttp
  account: { secretKey: string; xenditURL: string }
} {
  const url = options.url.replace(/\/+$/, '')
  const http = createProviderHttp({
    ...options,
    provider: 'xendit',
    headers: { authorization: `Basic ${Buffer.from(`${options.secretKey}:`).toString('base64')}` },
    errorIn: xenditErrorIn,
  })
  return { http, account: { secretKey: options.secretKey, xenditURL: url } }
}
