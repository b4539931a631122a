import helmet from '@fastify/helmet'
import Fastify, { type FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { httpErrors } from './http-errors.ts'

/**
 * The longest header (characters) that a request may have. Real callers send shorter headers, even if a
 * browser adds cookies or a CDN adds headers.
 */
const LONGEST_HEADER = 4_096

/**
 * The maximum length (characters) of a request's URL. It is long enough, because a link with the parameters
 * of an advertising campaign has some 500 characters.
 */
const LONGEST_URL = 4_096

/**
 * The headers that Node and Fastify set for each answer. They are no security headers, so they are not copied
 * from Helmet's sample answer.
 */
const OWN = ['connection', 'content-length', 'content-type', 'date', 'keep-alive']

type Headers = Readonly<Record<string, string>>

let known: Promise<Headers> | undefined

/**
 * Returns the security headers of every answer to browsers (OWASP's list). With them, an answer cannot be
 * framed, sniffed, cached or run as a script. All answers have the same headers, so Helmet makes them only
 * once in a process.
 */
export function safeHeaders(): Promise<Headers> {
  known ??= askHelmet()
  return known
}

async function askHelmet(): Promise<Headers> {
  const app = Fastify()
  await app.register(helmet, {
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
  const { headers } = await app.inject('/')
  await app.close()
  const theirs = Object.entries(headers).filter(([name]) => !OWN.includes(name))
  return {
    ...Object.fromEntries(theirs.map(([name, value]) => [name, String(value)])),
    'cache-control': 'no-store',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  }
}

/** Sets the security headers and the request's id on every answer. A route may replace these headers. */
export const securityHeaders = (headers: Headers) =>
  fp(async (app: FastifyInstance) => {
    app.addHook('onRequest', async (request, reply) => {
      reply.headers(headers).header('x-request-id', request.id)
    })
  })

/**
 * Refuses a request with a header or URL that is too long, before any other code reads it. A browser may read
 * this refusal.
 */
export const boundedHeaders = fp(async (app: FastifyInstance) => {
  app.addHook('onRequest', async ({ raw: { rawHeaders, url = '' } }) => {
    if (url.length > LONGEST_URL) throw urlTooLong()
    for (const text of rawHeaders)
      if (text.length > LONGEST_HEADER) throw httpErrors.header_too_large({ most: LONGEST_HEADER })
  })
})

const urlTooLong = () =>
  httpErrors.invalid({
    where: 'url',
    problems: [{ at: '/', message: `longer than ${LONGEST_URL} characters` }],
  })
