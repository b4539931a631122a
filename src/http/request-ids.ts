import type { FastifyInstance } from 'fastify'
import { withRequestId } from '../runtime/request-id.ts'

/** Lets every line that is logged while a request is answered carry its id, however deep it is logged. */
export function carryRequestIds(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _, done) => withRequestId(request.id, done))
}
