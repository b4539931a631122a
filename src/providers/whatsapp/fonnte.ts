import { z } from 'zod'
import { ProviderFailure } from '../../domain/kernel/provider-failure.ts'
import type { WhatsAppSender } from '../../domain/whatsapp/sender.ts'
import { flag, lenient, name } from '../answers.ts'
import type { BreakerOptions } from '../circuit-breaker.ts'
import { createProviderHttp, type ProviderVerdict } from '../http.ts'
import { barePhone } from '../phone.ts'
import { fonnteCode } from './facts.ts'
import { acceptedUnder } from './message-id.ts'
import { fitParams } from './params.ts'

export interface FonnteOptions {
  /** Fonnte's base address: `https://api.fonnte.com`, or the sandbox's. */
  url: string
  token: string
  /**
   * Returns the text of a template, with the placeholders {{1}}, {{2}} … in it. laku fills them in, because
   * Fonnte itself knows no templates.
   */
  templates: (name: string, language: string) => string | undefined
  /** The timeout of one call (ms). Default 10 s. */
  timeoutMs?: number
  breaker?: BreakerOptions
}

/**
 * Creates a sender of WhatsApp messages through Fonnte, the cheap local gateway. laku fills in a template
 * here and sends it as text, without buttons. Fonnte puts an accepted message into a queue, so the message
 * may wait until Fonnte's device is connected.
 */
export function createFonnteSender(options: FonnteOptions): WhatsAppSender {
  const provider = 'fonnte'
  const http = createProviderHttp({
    ...options,
    provider,
    headers: { authorization: options.token },
    errorIn: fonnteErrorIn,
  })
  const send = (operation: string, to: string, message: string) => {
    const form = { target: barePhone(to), message: withoutNames(message), countryCode: '62' }
    return http.call({ operation, method: 'POST', path: '/send', form }, sentAnswer)
  }
  return {
    async sendTemplate({ to, template, language, bodyParams }) {
      const text = options.templates(template, language)
      if (text === undefined) {
        const facts = {
          provider,
          operation: 'send_template',
          outcome: 'refused',
          code: 'template_unknown',
        } as const
        throw new ProviderFailure({ ...facts, details: { template } })
      }
      return await send('send_template', to, filled(text, fitParams(text, bodyParams)))
    },
    sendText: ({ to, body }) => send('send_text', to, body),
  }
}

/**
 * Replaces braces by parentheses: Fonnte replaces `{name}` by a contact's name, and a brace cannot be
 * escaped (fonnte.names).
 */
function withoutNames(message: string): string {
  return message.replaceAll('{', '(').replaceAll('}', ')')
}

function filled(text: string, params: readonly string[]): string {
  return text.replace(/\{\{(\d+)\}\}/g, (_, place) => params[Number(place) - 1] ?? '')
}

/** Fonnte's answer to a message that it accepted. */
const sentAnswer = z
  .looseObject({
    status: flag.pipe(z.literal(true)),
    id: lenient(z.union([z.tuple([name], z.unknown()).transform(([first]) => first), name])),
  })
  .transform(({ id }) => acceptedUnder(id))

const fonnteError = z.looseObject({ status: flag.pipe(z.literal(false)), reason: lenient(z.string()) })

/**
 * Reads a refusal of Fonnte, which comes as HTTP 200 with a sentence. The error code is made of the
 * sentence's words. Numbers are left out, because they may be a phone number.
 */
export function fonnteErrorIn(body: unknown): ProviderVerdict | undefined {
  const parsed = fonnteError.safeParse(body)
  if (!parsed.success) return undefined
  const words = (parsed.data.reason ?? '').toLowerCase().match(/[a-z]+/g) ?? ['refused']
  return { code: fonnteCode(words.slice(0, 6).join('_')) }
}
