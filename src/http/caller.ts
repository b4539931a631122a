import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { type Network, networkOf } from '../domain/kernel/index.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller's IP address, as the trusted proxies report it. */
    address: string
    /** The networks that the caller's IP address belongs to, by which unknown callers are counted. */
    network: Network
  }
}

/**
 * Reads the caller's IP address once a request. `request.ip` would parse the proxies' headers at each access,
 * which costs too much in a flood of refused requests.
 */
export const caller = fp(async (app: FastifyInstance) => {
  app.decorateRequest('address', '')
  // The hook below sets the network before any handler runs.
  app.decorateRequest('network')
  app.addHook('onRequest', async (request) => {
    request.address = request.ip
    request.network = networkOf(request.address)
  })
})
