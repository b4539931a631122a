import { z } from 'zod'
import type { SmsSender } from '../../domain/auth/codes/sms.ts'
import type { BreakerOptions } from '../circuit-breaker.ts'
import { createProviderHttp, type ProviderVerdict } from '../http.ts'
import { plusPhone } from '../phone.ts'

export interface TwilioOptions {
  /** The base address: `https://api.twilio.com`, or that of a service with the same API. */
  url: string
  account: string
  token: string
  /** The number or name that sends the text messages. */
  from: string
  /** The timeout of one call (ms). Default 10 s. */
  timeoutMs?: number
  breaker?: BreakerOptions
}

/** Creates a sender of text messages over Twilio's API, which many local gateways offer too. */
export function createTwilioSender(options: TwilioOptions): SmsSender {
  const login = Buffer.from(`${options.account}:${options.token}`).toString('base64')
  const http = createProviderHttp({
    ...options,
    provider: 'sms',
    headers: { authorization: `Basic ${login}` },
    errorIn: twilioErrorIn,
  })
  const path = `/2010-04-01/Accounts/${encodeURIComponent(options.account)}/Messages.json`
  return {
    send: ({ to, body }) => {
      const form = { To: plusPhone(to), From: options.from, Body: body }
      return http.call({ operation: 'send', method: 'POST', path, form }, sentAnswer)
    },
  }
}

const sentAnswer = z.looseObject({ sid: z.string().min(1) }).transform(({ sid }) => ({ id: sid }))

const twilioError = z.looseObject({ code: z.int(), message: z.string() })

export function twilioErrorIn(body: unknown): ProviderVerdict | undefined {
  const parsed = twilioError.safeParse(body)
  return parsed.success ? { code: String(parsed.data.code) } : undefined
}
