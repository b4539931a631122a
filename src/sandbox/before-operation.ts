import { timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { SandboxContext } from './context.ts'
import type { Fault, Provider } from './faults.ts'
import type { LimitState } from './limits.ts'
import { pause } from './schedule.ts'
import { WireError } from './wire-error.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * The provider's operation that a route serves. A route without an operation needs no key, and has no
     * rate limit and no faults.
     */
    sandboxOperation?: string
  }
}

/** The way in which one provider checks a request to the sandbox, and the provider's error answers. */
export interface ProviderFace {
  provider: Provider
  /** Checks the key of a request. Throws the provider's 401 when the request does not carry the key. */
  authenticate: (request: FastifyRequest) => void
  /** Makes a definite refusal (4xx), with the given error code if a test asks for one. */
  refusal: (code: string | undefined) => WireError
  /** Makes a 5xx answer: the provider has done nothing, but the caller cannot know that. */
  failure: () => WireError
  limited: (state: LimitState) => WireError
  /** Makes the answer to a request whose body cannot be read. */
  unreadable: (message: string) => WireError
}

/** Compares two secrets so that the time taken does not show how far they agree. */
export function sameSecret(given: string | undefined, wanted: string): boolean {
  if (given === undefined) return false
  const a = Buffer.from(given)
  const b = Buffer.from(wanted)
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Returns the route options that mark a route as serving an operation. */
export function operation(name: string): { config: { sandboxOperation: string } } {
  return { config: { sandboxOperation: name } }
}

/** Sets up the plugin of a provider: API key, rate limit, faults, and errors in the provider's own shape. */
export function guard(app: FastifyInstance, context: SandboxContext, face: ProviderFace): void {
  const swallowed = new WeakSet<FastifyRequest>()

  app.addHook('onRequest', async (request, reply) => {
    const name = request.routeOptions.config.sandboxOperation
    if (name === undefined) return
    face.authenticate(request)
    const state = context.limits.count(face.provider, name)
    if (!state) return
    reply.header('Rate-Limit-Limit', state.limit)
    reply.header('Rate-Limit-Remaining', state.remaining)
    reply.header('Rate-Limit-Reset', state.resetS)
    if (state.exceeded) throw face.limited(state)
  })

  app.addHook('preHandler', async (request, reply) => {
    const name = request.routeOptions.config.sandboxOperation
    if (name === undefined) return
    const fault = context.faults.take(face.provider, name)
    if (!fault) return
    if (fault.kind === 'garbage') return reply.code(200).type('text/html').send('<html>upstream')
    if (fault.kind === 'timeout') {
      reply.hijack()
      await context.schedule.hold(request.raw.socket)
      request.raw.socket.destroy()
      return reply
    }
    await fail(fault, face)
    if (fault.kind === 'commit_then_timeout') swallowed.add(request)
    return undefined
  })

  app.addHook('onSend', async (request, reply, payload) => {
    if (!swallowed.has(request)) return payload
    await context.schedule.hold(request.raw.socket)
    request.raw.socket.destroy()
    reply.hijack()
    return payload
  })

  app.setErrorHandler(async (error: Error & { statusCode?: number }, _request, reply) => {
    const answer =
      error instanceof WireError
        ? error
        : (error.statusCode ?? 500) < 500
          ? face.unreadable(error.message)
          : face.failure()
    return reply.code(answer.status).headers(answer.headers).send(answer.body)
  })
}

async function fail(fault: Fault, face: ProviderFace): Promise<void> {
  if (fault.kind === 'refuse') throw face.refusal(fault.code)
  if (fault.kind === 'error') throw face.failure()
  if (fault.kind === 'slow') await pause(fault.delay_ms ?? 1000)
}
