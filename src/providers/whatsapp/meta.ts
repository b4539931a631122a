import { z } from 'zod'
import type { WhatsAppSender, WhatsAppTemplate } from '../../domain/whatsapp/sender.ts'
import { lenient, name } from '../answers.ts'
import type { BreakerOptions } from '../circuit-breaker.ts'
import { createProviderHttp, type ProviderVerdict } from '../http.ts'
import { barePhone } from '../phone.ts'
import { refusalBy } from './facts.ts'
import { acceptedUnder } from './message-id.ts'
import { cleanParam, fitParams } from './params.ts'
import { templateBody } from './templates.ts'

export interface MetaOptions {
  /** The base address with the API's version: `https://graph.facebook.com/v23.0`, or the sandbox's. */
  url: string
  token: string
  phoneNumberId: string
  /** The timeout of one call (ms). Default 10 s. */
  timeoutMs?: number
  breaker?: BreakerOptions
}

/** Creates a sender of WhatsApp messages through Meta's Cloud API. */
export function createMetaSender(options: MetaOptions): WhatsAppSender {
  const http = createProviderHttp({
    ...options,
    provider: 'whatsapp',
    headers: { authorization: `Bearer ${options.token}` },
    errorIn: metaErrorIn,
  })
  const path = `/${encodeURIComponent(options.phoneNumberId)}/messages`
  const send = (operation: string, to: string, content: Record<string, unknown>) => {
    const json = {
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      to: barePhone(to),
      ...content,
    }
    return http.call({ operation, method: 'POST', path, json }, sentAnswer)
  }
  return {
    sendTemplate: (message) =>
      send('send_template', message.to, { type: 'template', template: templateRequest(message) }),
    sendText: ({ to, body }) => send('send_text', to, { type: 'text', text: { preview_url: false, body } }),
  }
}

/** Meta's answer to a message that it accepted. */
const sentAnswer = z
  .looseObject({ messages: z.array(z.unknown()).min(1) })
  .transform(({ messages: [sent] }) => acceptedUnder(z.looseObject({ id: name }).safeParse(sent).data?.id))

function templateRequest({ template, language, bodyParams, buttonParam }: WhatsAppTemplate) {
  const texts = (values: readonly string[]) => values.map((text) => ({ type: 'text', text }))
  const params = fitParams(templateBody(template, language), bodyParams)
  const components: Record<string, unknown>[] = []
  if (params.length > 0) components.push({ type: 'body', parameters: texts(params) })
  if (buttonParam !== undefined) {
    components.push({
      type: 'button',
      sub_type: 'url',
      index: '0',
      parameters: texts([cleanParam(buttonParam)]),
    })
  }
  return { name: template, language: { code: language }, components }
}

const number = lenient(z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]))
const metaError = z.looseObject({ error: z.looseObject({ code: number, error_subcode: number }) })

/**
 * The error code 100 (a wrong field) with the subcode 33: the Graph API does not know our sending phone
 * number, or our access token does not allow its use. The message is not at fault.
 */
const [FIELD_WRONG, NO_SUCH_NUMBER] = [100, 33]
/**
 * meta.refusals: the error subcodes that mean that our access token has ended, whatever the error code is.
 */
const TOKEN_ENDED: readonly (number | undefined)[] = [458, 459, 460, 463, 464, 467, 492]
const TOKEN_EXPIRED = 190

export function metaErrorIn(body: unknown): ProviderVerdict | undefined {
  const parsed = metaError.safeParse(body)
  if (!parsed.success) return undefined
  const { code, error_subcode: subcode } = parsed.data.error
  return verdictOn(TOKEN_ENDED.includes(subcode) ? TOKEN_EXPIRED : code, subcode)
}

function verdictOn(said: number | undefined, subcode: number | undefined): ProviderVerdict {
  if (said === undefined) return { code: 'refused' }
  const code = said === FIELD_WRONG && subcode === NO_SUCH_NUMBER ? subcode : said
  const refusal = refusalBy(String(code))
  // Meta reports even a reached rate limit as HTTP 400, so the error code decides the outcome, and not the
  // HTTP status.
  if (refusal?.reach !== 'transient') return { code: String(code), outcome: 'refused' }
  const { retryAfterS } = refusal
  return { code: String(code), outcome: 'limited', ...(retryAfterS !== undefined && { retryAfterS }) }
}
