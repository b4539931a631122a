import { createHash } from 'node:crypto'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Actor } from '../../domain/kernel/index.ts'
import { receiveWebhook } from '../../domain/webhooks/index.ts'
import { isXenditCallback, parseXenditWebhook, xenditDedupeKey } from '../../providers/xendit/webhook.ts'
import type { Laku } from '../../runtime/laku.ts'
import { httpErrors } from '../http-errors.ts'
import { keptHeaders } from './kept-headers.ts'

const actor: Actor = { kind: 'provider', name: 'xendit' }

const digestOf = (raw: string) => createHash('sha256').update(raw).digest('hex')

/**
 * The route of Xendit's webhooks. The token is checked; then the unchanged body is stored and a job to
 * process it is queued, in one transaction. The answer does not wait for the worker, because Xendit never
 * repeats a delivery that timed out.
 */
export const xenditWebhookRoutes =
  (laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    app.post(
      '/api/webhooks/xendit',
      {
        config: { access: 'open', rawBody: true },
        schema: {
          summary: 'Xendit’s deliveries',
          body: z.looseObject({}),
          response: { 200: z.object({ received: z.literal(true) }) },
        },
        // The token is checked before the body is read, because the body of an unknown sender is not worth
        // parsing.
        onRequest: async (request) => {
          const token = request.headers['x-callback-token']
          const given = typeof token === 'string' ? token : undefined
          if (!isXenditCallback(given, laku.config.xenditCallbackToken)) throw httpErrors.unauthorized()
        },
      },
      async (request) => {
        const notice = parseXenditWebhook(request.body)
        const raw = request.rawBody?.toString('utf8') ?? ''
        const webhookId = request.headers['webhook-id']
        const named = typeof webhookId === 'string' ? webhookId : undefined
        const webhook = {
          provider: 'xendit',
          dedupeKey: notice ? xenditDedupeKey(notice, named) : (named ?? digestOf(raw)),
          headers: keptHeaders(request.headers),
          body: raw,
        } as const
        await laku.unitOfWork.run(actor, (work) => receiveWebhook(work, webhook), { requestId: request.id })
        return { received: true } as const
      },
    )
  }
