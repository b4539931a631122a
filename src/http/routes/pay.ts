import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { DomainError, ProviderFailure } from '../../domain/kernel/index.ts'
import { openInvoice } from '../../domain/payment/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { html } from '../html.ts'
import { type Language, languageOf, markup, sendPage } from '../pages/page.ts'
import { type PayTexts, payTexts } from '../pages/pay-texts.ts'

/** Where a buyer waits for the provider, the page asks again by itself after so long. */
const RETRY_S = 5
const LONGEST_RETRY_S = 60

const statusOfEnd = { paid: 200, review: 200, expired: 410 } as const

/** The link in a buyer's messages: on to the provider's invoice, made at this moment, or a page that says why not. */
export const payRoutes =
  (laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/pay/:code',
      {
        config: { access: 'open' },
        schema: {
          summary: 'On to the provider’s invoice, made at this moment, or a page that says why not',
          params: z.strictObject({ code: z.string().min(1).max(40) }),
          querystring: z.looseObject({ lang: z.enum(['id', 'en']).optional().catch(undefined) }),
          response: {
            200: html('It is paid, or money that came for it is looked at'),
            202: html('A place in the line; the page goes on by itself'),
            302: z.undefined().describe('To the invoice'),
            404: html('No such payment'),
            410: html('Its time is over'),
            503: html('The invoice is not made yet; the page asks again by itself'),
          },
        },
      },
      async (request, reply) => {
        const { units, providers, config } = laku
        const door: Door = { reply, language: languageOf(request) }
        reply.header('cache-control', 'no-store')
        try {
          const context = {
            units,
            actor: request.actor,
            gateway: providers.gateway,
            publicUrl: config.publicUrl,
          }
          const opened = await openInvoice(context, request.params.code.toUpperCase())
          if (opened.state === 'redirect') return await reply.redirect(opened.url, 302)
          if (opened.state === 'waiting') return await sendLine(door, opened)
          return await say(door, statusOfEnd[opened.state], opened.state)
        } catch (error) {
          return await sendTrouble(door, error)
        }
      },
    )
  }

interface Door {
  reply: FastifyReply
  language: Language
}

/** The page asks again when the turn has come; the turn is kept, so nothing is lost by waiting or by asking sooner. */
function sendLine(door: Door, { place, waitS }: { place: number; waitS: number }): FastifyReply {
  const askInS = Math.min(LONGEST_RETRY_S, waitS)
  door.reply.header('retry-after', askInS)
  return send(door, 202, payTexts[door.language].line(place, waitS), askInS)
}

function sendTrouble(door: Door, error: unknown): FastifyReply {
  if (error instanceof DomainError && error.kind === 'not_found') return say(door, 404, 'notFound')
  const waitS = waitOf(error)
  if (waitS === undefined) throw error
  door.reply.log.warn({ err: error }, 'an invoice could not be made; its page asks again')
  door.reply.header('retry-after', waitS)
  return say(door, 503, 'preparing', waitS)
}

/** Seconds until asking again makes sense; undefined for what waiting does not help. */
function waitOf(error: unknown): number | undefined {
  const temporary =
    (error instanceof ProviderFailure && error.outcome !== 'refused') ||
    (error instanceof DomainError && error.kind === 'unavailable')
  if (!temporary) return undefined
  const given = error instanceof ProviderFailure ? error.retryAfterS : error.details.retryAfterS
  return typeof given === 'number' ? Math.min(LONGEST_RETRY_S, Math.max(1, Math.ceil(given))) : RETRY_S
}

const say = (door: Door, status: number, what: Exclude<keyof PayTexts, 'line'>, refreshS?: number) =>
  send(door, status, payTexts[door.language][what], refreshS)

// The texts are ours alone: nothing of the request is ever printed into the page.
function send(door: Door, status: number, said: { title: string; text: string }, refreshS?: number) {
  const { reply, language } = door
  const { title, text } = said
  return sendPage(reply, { status, language, title, body: markup`<h1>${title}</h1><p>${text}</p>`, refreshS })
}
