import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { DomainError, ProviderFailure } from '../../domain/kernel/index.ts'
import { type OpenedInvoice, openInvoice } from '../../domain/payment/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { html } from '../html.ts'

/** Where a buyer waits for the provider, the page asks again by itself after so long. */
const RETRY_S = 5
const LONGEST_RETRY_S = 60

type Ended = Exclude<OpenedInvoice, { state: 'redirect' | 'waiting' }>['state']

const endings: Record<Ended, { status: number; title: string; text: string }> = {
  paid: { status: 200, title: 'Sudah dibayar', text: 'Pembayaran ini sudah kami terima. Terima kasih.' },
  review: {
    status: 200,
    title: 'Sedang diperiksa',
    text: 'Jumlah yang kami terima berbeda dari tagihan. Tim kami sedang memeriksanya.',
  },
  expired: {
    status: 410,
    title: 'Tautan kedaluwarsa',
    text: 'Waktu pembayaran sudah habis, dan tautan ini tidak dapat dibayar lagi.',
  },
}

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
          if (opened.state === 'waiting') return await sendLine(reply, opened)
          const { status, title, text } = endings[opened.state]
          return await sendPage(reply, status, title, text)
        } catch (error) {
          return await sendTrouble(reply, error)
        }
      },
    )
  }

/** The page asks again when the turn has come; the turn is kept, so nothing is lost by waiting or by asking sooner. */
function sendLine(reply: FastifyReply, { place, waitS }: { place: number; waitS: number }): FastifyReply {
  const askInS = Math.min(LONGEST_RETRY_S, waitS)
  reply.header('retry-after', askInS)
  const text = `Antrean Anda nomor ${place}, kira-kira ${waitS} detik lagi. Halaman ini melanjutkan dengan sendirinya.`
  return sendPage(reply, 202, 'Mohon tunggu', text, askInS)
}

function sendTrouble(reply: FastifyReply, error: unknown): FastifyReply {
  if (error instanceof DomainError && error.kind === 'not_found') {
    return sendPage(reply, 404, 'Tidak ditemukan', 'Tautan pembayaran ini tidak kami kenal.')
  }
  const waitS = waitOf(error)
  if (waitS === undefined) throw error
  reply.log.warn({ err: error }, 'an invoice could not be made; its page asks again')
  reply.header('retry-after', waitS)
  const text = 'Halaman pembayaran sedang disiapkan. Halaman ini akan mencoba lagi dengan sendirinya.'
  return sendPage(reply, 503, 'Mohon tunggu', text, waitS)
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

// The texts are ours alone: nothing of the request is ever printed into the page.
function sendPage(
  reply: FastifyReply,
  status: number,
  title: string,
  text: string,
  refreshS?: number,
): FastifyReply {
  const refresh = refreshS === undefined ? '' : `<meta http-equiv="refresh" content="${refreshS}">`
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .send(`<!doctype html>
<html lang="id"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
${refresh}<title>${title}</title></head>
<body><h1>${title}</h1><p>${text}</p></body></html>
`)
}
