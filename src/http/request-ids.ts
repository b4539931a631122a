import type { FastifyInstance } from 'fastify'
import { withRequestId } from '../runtime/request-id.ts'

/** Adds the request's id to every line that is logged while the request is answered, in whatever function. */
export function carryRequestIds(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _, done) => withRequestId(request.id, done))
}
