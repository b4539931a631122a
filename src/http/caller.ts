import { isIP } from 'node:net'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { type Network, networkOf } from '../domain/kernel/index.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller's IP address, as the trusted proxies report it. */
    address: string
    /** The networks of the caller's IP address. Callers who are not logged in are counted by network. */
    network: Network
  }
}

/**
 * Reads the caller's IP address once for each request. `request.ip` would parse the proxies' headers at each
 * access, which costs too much in a flood of requests. If a trusted proxy reports no valid address, the
 * proxy's own address is used. Otherwise a caller could send invented texts and count as a new network each
 * time.
 */
export const caller = fp(async (app: FastifyInstance) => {
  app.decorateRequest('address', '')
  // No network is set here. The hook below sets each request's own network before any handler runs.
  app.decorateRequest('network')
  app.addHook('onRequest', async (request) => {
    request.address = addressIn(request.ip) ?? request.socket.remoteAddress ?? ''
    request.network = networkOf(request.address)
  })
})

/** Matches two forms of an IP address: IPv4 with a port, and IPv6 in brackets with or without a port. */
const withPort = /^(?:\[([^\]]+)\]|(\d{1,3}(?:\.\d{1,3}){3}))(?::\d{1,5})?$/

/**
 * Returns the IP address in a proxy's report; undefined if there is none. Some load balancers add the port of
 * the caller's connection. The port is removed, because it changes with each connection.
 */
export function addressIn(reported: string): string | undefined {
  if (isIP(reported)) return reported
  const [, inBrackets, v4] = withPort.exec(reported) ?? []
  const address = inBrackets ?? v4 ?? ''
  return isIP(address) ? address : undefined
}
