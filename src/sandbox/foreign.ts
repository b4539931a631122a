import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { SandboxContext } from './context.ts'

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * Refuses a request that names another host, or that a page of another origin sends. This is needed, because
 * any internet page in a developer's browser can reach the loopback address. Otherwise such a page could move
 * the sandbox's money.
 */
export function refuseForeign(app: FastifyInstance, context: SandboxContext): void {
  app.addHook('onRequest', async (request, reply) => {
    const why = foreignIn(request, context.publicUrl())
    if (why !== undefined) return reply.code(403).send({ error: why })
    return undefined
  })
}

function foreignIn({ headers }: FastifyRequest, publicUrl: string): string | undefined {
  const host = headers.host ?? ''
  const isOurs = hostIn(`http://${host}`, (url) => LOOPBACK.has(url.hostname)) || host === hostOf(publicUrl)
  if (!isOurs) return `Host is ${host}: the sandbox answers on loopback only`
  const { origin } = headers
  if (origin === undefined || hostOf(origin) === host) return undefined
  return `Origin is ${origin}: the sandbox answers no page of another origin`
}

function hostIn(text: string, holds: (url: URL) => boolean): boolean {
  return URL.canParse(text) && holds(new URL(text))
}

function hostOf(text: string): string | undefined {
  return URL.canParse(text) ? new URL(text).host : undefined
}
