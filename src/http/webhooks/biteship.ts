import { Transform } from 'node:stream'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Actor } from '../../domain/kernel/index.ts'
import { receiveWebhook } from '../../domain/webhooks/index.ts'
import {
  biteshipDedupeKey,
  isBiteshipCallback,
  isBiteshipInstallPing,
} from '../../providers/biteship/webhook.ts'
import type { Laku } from '../../runtime/laku.ts'
import { httpErrors } from '../http-errors.ts'
import { keptHeaders } from './kept-headers.ts'

const actor: Actor = { kind: 'provider', name: 'biteship' }

/**
 * The route of Biteship's webhooks. The secret is checked; then the unchanged body is stored and a job to
 * process it is queued, in one transaction. When a webhook is installed, Biteship sends a ping (test request)
 * without the secret. The ping gets 200, and nothing is stored.
 */
export const biteshipWebhookRoutes =
  (laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    const header = laku.config.biteshipWebhookHeader.toLowerCase()
    // Biteship's ping (test request) may be a form or have an unknown type, so its bytes are kept unparsed.
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
      request.rawBody = body
      done(null, undefined)
    })
    app.post(
      '/api/webhooks/biteship',
      {
        config: { access: 'open', rawBody: true },
        schema: {
          summary: 'Biteship’s deliveries, and the ping of an installation',
          body: z.unknown(),
          response: { 200: z.object({ received: z.literal(true) }) },
        },
        // The secret is checked before the body is read. Only a ping (test request) may lack the secret, so a
        // longer body without the secret is refused.
        onRequest: async (request) => {
          if (isOurs(request.headers[header])) return
          if (Number(request.headers['content-length'] ?? 0) > PING_BYTES) throw httpErrors.unauthorized()
        },
        // A body that is sent in chunks states no length. Without the secret, it is read only up to the size
        // of a ping (test request).
        preParsing: async (request, _reply, payload) =>
          isOurs(request.headers[header]) ? payload : payload.pipe(noMoreThan(PING_BYTES)),
      },
      async (request) => {
        const raw = request.rawBody ?? Buffer.alloc(0)
        const isForm = /^(multipart|application\/x-www-form-urlencoded)/.test(
          request.headers['content-type'] ?? '',
        )
        if (isBiteshipInstallPing(raw) || (isForm && !isOurs(request.headers[header])))
          return { received: true } as const
        if (!isOurs(request.headers[header])) throw httpErrors.unauthorized()
        const webhook = {
          provider: 'biteship',
          dedupeKey: biteshipDedupeKey(raw),
          headers: keptHeaders(request.headers),
          body: raw.toString('utf8'),
          canRecur: true,
        } as const
        await laku.unitOfWork.run(actor, (work) => receiveWebhook(work, webhook), { requestId: request.id })
        return { received: true } as const
      },
    )

    function isOurs(given: string | string[] | undefined): boolean {
      return isBiteshipCallback(
        typeof given === 'string' ? given : undefined,
        laku.config.biteshipWebhookSecret,
      )
    }
  }

/**
 * The largest size in bytes of the ping that Biteship sends at installation: `{}`, `null`, or a form with a
 * field or two.
 */
const PING_BYTES = 512

function noMoreThan(bytes: number): Transform {
  let seen = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length
      if (seen > bytes) done(httpErrors.unauthorized())
      else done(null, chunk)
    },
  })
}
