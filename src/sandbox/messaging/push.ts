import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { guard, operation } from '../before-operation.ts'
import type { SandboxContext } from '../context.ts'
import { WireError } from '../wire-error.ts'

/**
 * Serves a browser's push service below `/push/:subscription`. The sandbox keeps the encrypted content of
 * each push message as base64, since only a browser would decrypt it.
 */
export function pushPlugin(context: SandboxContext) {
  return async (app: FastifyInstance): Promise<void> => {
    guard(app, context, {
      provider: 'push',
      // A request to a push service needs no key, because the address of a subscription is itself a secret.
      authenticate: () => undefined,
      // The status 410 means that the browser's subscription is gone for good.
      refusal: (code = '410') =>
        new WireError(Number(code), { message: 'subscription has unsubscribed or expired' }),
      failure: () => new WireError(500, { message: 'push service failed' }),
      limited: (state) =>
        new WireError(429, { message: 'too many requests' }, { 'retry-after': String(state.resetS) }),
      unreadable: (message) => new WireError(400, { message }),
    })
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    app.post<{ Params: { subscription: string } }>(
      '/:subscription',
      operation('sendPush'),
      async (request, reply) => {
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        const isEncrypted = request.headers['content-encoding'] !== undefined
        const id = randomUUID()
        context.messages.add({
          id,
          channel: 'push',
          to: request.params.subscription,
          body: body.toString(isEncrypted ? 'base64' : 'utf8'),
          at: context.now().toISOString(),
        })
        return reply.code(201).header('location', `${context.publicUrl()}/push/messages/${id}`).send()
      },
    )
  }
}
