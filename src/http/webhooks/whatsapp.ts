import { createHash } from 'node:crypto'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Actor } from '../../domain/kernel/index.ts'
import { receiveWebhook } from '../../domain/payment/index.ts'
import { isSignedByMeta, whatsAppChallenge } from '../../providers/whatsapp/webhook.ts'
import type { Laku } from '../../runtime/laku.ts'
import { httpErrors } from '../http-errors.ts'

const text = z.string().max(500).optional()
const handshake = z.looseObject({ 'hub.mode': text, 'hub.verify_token': text, 'hub.challenge': text })

const actor: Actor = { kind: 'provider', name: 'whatsapp' }

/** Meta's webhooks: its handshake, and deliveries, which are stored as they are and worked through later. */
export const whatsappWebhookRoutes =
  (laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/api/webhooks/whatsapp',
      {
        config: { access: 'open' },
        schema: {
          summary: 'Meta’s handshake',
          querystring: handshake,
          response: { 200: z.string() },
        },
      },
      async (request, reply) => {
        const challenge = whatsAppChallenge(request.query, laku.config.whatsappVerifyToken)
        if (challenge === undefined) throw httpErrors.unauthorized()
        // Echoed to whoever knows our token; as plain text it is no page.
        return reply.type('text/plain; charset=utf-8').serializer(String).send(challenge)
      },
    )

    app.post(
      '/api/webhooks/whatsapp',
      {
        config: { access: 'open', rawBody: true, unlimited: true },
        schema: {
          summary: 'WhatsApp’s deliveries',
          body: z.unknown(),
          response: { 200: z.object({ received: z.literal(true) }) },
        },
      },
      async (request) => {
        const raw = request.rawBody ?? Buffer.alloc(0)
        const signature = request.headers['x-hub-signature-256']
        const given = typeof signature === 'string' ? signature : undefined
        if (!isSignedByMeta(raw, given, laku.config.whatsappAppSecret)) throw httpErrors.unauthorized()
        // Meta names no delivery: one that it repeats has the same bytes.
        const dedupeKey = createHash('sha256').update(raw).digest('base64url')
        const delivery = { provider: 'whatsapp' as const, dedupeKey, headers: {}, body: raw.toString('utf8') }
        await laku.units.run(actor, (work) => receiveWebhook(work, delivery), { requestId: request.id })
        return { received: true as const }
      },
    )
  }
