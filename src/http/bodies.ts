import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

/** JSON bodies, kept raw where a route's signature needs them; an empty body is no body, not an error. */
export const bodies = fp(async (app: FastifyInstance) => {
  app.removeContentTypeParser('application/json')
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (request.routeOptions.config.rawBody) request.rawBody = body
    if (body.length === 0) return done(null, undefined)
    return parse(request, body.toString('utf8'), done)
  })
})
