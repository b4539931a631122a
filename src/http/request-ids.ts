import type { FastifyInstance } from 'fastify'
import { withRequestId } from '../runtime/request-id.ts'

/** Adds the request's id to every log line that is written while the request is answered. */
export function carryRequestIds(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _, done) => withRequestId(request.id, done))
}
