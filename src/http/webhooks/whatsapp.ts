import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Actor } from '../../domain/kernel/index.ts'
import { receiveWebhook } from '../../domain/webhooks/index.ts'
import { isSignedByMeta, whatsAppChallenge } from '../../providers/whatsapp/webhook.ts'
import type { Laku } from '../../runtime/laku.ts'
import { httpErrors } from '../http-errors.ts'

const text = z.string().max(500).optional()
const handshake = z.looseObject({ 'hub.mode': text, 'hub.verify_token': text, 'hub.challenge': text })

const actor: Actor = { kind: 'provider', name: 'whatsapp' }

const SIGNATURE = /^sha256=[0-9a-f]{64}$/

function signatureOf({ headers }: FastifyRequest): string | undefined {
  const given = headers['x-hub-signature-256']
  return typeof given === 'string' && given.length < 100 ? given : undefined
}

/**
 * The routes of Meta's webhooks. One answers Meta's handshake; the other stores deliveries unchanged, to be
 * processed later.
 */
export const whatsappWebhookRoutes =
  (laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    const isSigned = (request: FastifyRequest, raw: Buffer) =>
      isSignedByMeta(raw, signatureOf(request), laku.config.whatsappAppSecret)

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
        // Meta's challenge is returned to a caller who knows laku's verify token. It is sent as plain text,
        // so that no browser runs it as a page.
        return reply.type('text/plain; charset=utf-8').serializer(String).send(challenge)
      },
    )

    app.post(
      '/api/webhooks/whatsapp',
      {
        config: { access: 'open', rawBody: true, isSigned },
        schema: {
          summary: 'WhatsApp’s deliveries',
          body: z.unknown(),
          response: { 200: z.object({ received: z.literal(true) }) },
        },
        // A request without Meta's signature is refused before its body is read.
        onRequest: async (request) => {
          if (!SIGNATURE.test(signatureOf(request) ?? '')) throw httpErrors.unauthorized()
        },
      },
      async (request) => {
        const raw = request.rawBody ?? Buffer.alloc(0)
        // The JSON parser checks the signature only if the body is JSON. So the signature of an empty body,
        // or of another body, is checked here.
        if (!isSigned(request, raw)) throw httpErrors.unauthorized()
        // Meta's deliveries have no id, but a repeated delivery has the same bytes.
        const dedupeKey = createHash('sha256').update(raw).digest('base64url')
        const delivery = { provider: 'whatsapp' as const, dedupeKey, headers: {}, body: raw.toString('utf8') }
        await laku.unitOfWork.run(actor, (work) => receiveWebhook(work, delivery), { requestId: request.id })
        return { received: true as const }
      },
    )
  }
