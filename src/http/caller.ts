import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { type Network, networkOf } from '../domain/kernel/index.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller's address, as the trusted proxies name it. */
    address: string
    /** The networks that it belongs to, by which strangers are counted. */
    network: Network
  }
}

/**
 * Reads the caller's address once a request: `request.ip` reads the proxies' headers anew each time, which a
 * flood of refusals pays for.
 */
export const caller = fp(async (app: FastifyInstance) => {
  app.decorateRequest('address', '')
  // Set by the hook below before any handler runs.
  app.decorateRequest('network')
  app.addHook('onRequest', async (request) => {
    request.address = request.ip
    request.network = networkOf(request.address)
  })
})
