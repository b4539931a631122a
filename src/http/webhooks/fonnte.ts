import { createHash } from 'node:crypto'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Actor } from '../../domain/kernel/index.ts'
import { receiveWebhook } from '../../domain/webhooks/index.ts'
import { isAcceptedSecret } from '../../providers/secret.ts'
import type { Laku } from '../../runtime/laku.ts'
import { storable } from '../bodies.ts'
import { httpErrors } from '../http-errors.ts'

const actor: Actor = { kind: 'provider', name: 'fonnte' }

/**
 * If the same text of the same sender arrives twice within this time (ms), it counts as one WhatsApp message
 * that was delivered twice.
 */
const SAME_MS = 60_000

/**
 * The route of the webhooks of Fonnte, a WhatsApp gateway. Fonnte signs nothing, so the URL contains a secret
 * (FONNTE_WEBHOOK_SECRET). The secret proves neither the text nor its author. So a factory's reply may
 * confirm a purchase order, but nothing that moves money.
 */
export const fonnteWebhookRoutes =
  (laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    // Fonnte's documentation shows only JSON bodies. A delivery whose content type is text, a form or missing
    // is read too, because otherwise a factory's answer in it would be lost.
    app.removeContentTypeParser('text/plain')
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
      const read = bodyIn(body.toString('utf8'), request.headers['content-type'] ?? '')
      if (read === undefined || !storable(read)) return done(httpErrors.invalid())
      request.rawBody = Buffer.from(JSON.stringify(read))
      done(null, read)
    })
    const params = z.object({ secret: z.string().max(200) })
    app.post(
      '/api/webhooks/fonnte/:secret',
      {
        config: { access: 'open', rawBody: true },
        schema: {
          summary: 'Fonnte’s deliveries, at an address that nobody else knows',
          params,
          body: z.unknown(),
          response: { 200: z.object({ received: z.literal(true) }) },
        },
        onRequest: async (request) => {
          const { data } = params.safeParse(request.params)
          if (!isAcceptedSecret(data?.secret ?? '', laku.config.fonnteWebhookSecret ?? []))
            throw httpErrors.unauthorized()
        },
      },
      async (request) => {
        const raw = request.rawBody ?? Buffer.alloc(0)
        // Fonnte's deliveries have no id. The idempotency key contains the minute, so that a YA (yes) of
        // today differs from a YA of last week.
        const minute = Math.floor(laku.clock.now().getTime() / SAME_MS)
        const dedupeKey = createHash('sha256').update(`${minute} `).update(raw).digest('base64url')
        const delivery = { provider: 'whatsapp' as const, dedupeKey, headers: {}, body: raw.toString('utf8') }
        await laku.unitOfWork.run(actor, (work) => receiveWebhook(work, delivery), { requestId: request.id })
        return { received: true as const }
      },
    )
  }

/** Returns the content of a body of any type: the parsed JSON, or the fields of a form. */
function bodyIn(text: string, type: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return type.startsWith('application/x-www-form-urlencoded')
      ? Object.fromEntries(new URLSearchParams(text))
      : undefined
  }
}
