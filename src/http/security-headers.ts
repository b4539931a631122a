import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { httpErrors } from './http-errors.ts'

/** No header of a caller of ours is longer; a browser's cookies and a CDN's own stay below it. */
const LONGEST_HEADER = 4_096

/**
 * Sets the headers of every answer to browsers (OWASP's list), unless its route says otherwise: nothing here
 * is framed, sniffed, kept or run. Also checks the rules for every request, before anything looks into it.
 */
export const securityHeaders = fp(async (app: FastifyInstance) => {
  await app.register(helmet, {
    // They are the same for every request, and Helmet makes them anew for each.
    global: false,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
  })
  let usual: [string, number | string | string[]][] | undefined
  app.addHook('onRequest', async (request, reply) => {
    if (usual) for (const [name, value] of usual) reply.raw.setHeader(name, value)
    else {
      reply.helmet()
      usual = Object.entries(reply.raw.getHeaders()).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      )
    }
    reply
      .header('cache-control', 'no-store')
      .header('permissions-policy', 'camera=(), geolocation=(), microphone=()')
    const { rawHeaders } = request.raw
    for (const text of rawHeaders)
      if (text.length > LONGEST_HEADER) throw httpErrors.header_too_large({ most: LONGEST_HEADER })
  })
})
