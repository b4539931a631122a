import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { z } from 'zod'
import { mostBytes } from './body-limits.ts'
import { httpErrors } from './http-errors.ts'

const bodiless = new Set(['GET', 'HEAD', 'OPTIONS'])
const ESCAPED = /\\u(?:0000|d[89a-f])/i

/**
 * Parses JSON bodies. If a route's signature needs the raw bytes, they are kept. A public route refuses a
 * body that is longer than any that its schema allows, so that nobody makes laku parse huge bodies. An empty
 * body is accepted as no body. Texts that PostgreSQL cannot store (with U+0000, or half a surrogate pair) are
 * refused before any route runs, in bodies and URLs.
 */
export const bodies = fp(async (app: FastifyInstance) => {
  app.addHook('onRoute', (route) => {
    const { access } = route.config ?? {}
    // Staff import long lists, so the schemas of staff routes do not limit the body's length. This is safe,
    // because staff are identified before their bodies are read.
    if (access === 'staff' || [route.method].flat().every((method) => bodiless.has(method))) return
    const most = mostBytes(route.schema?.body as z.ZodType | undefined)
    if (most !== undefined) route.bodyLimit ??= most
  })
  app.removeContentTypeParser('application/json')
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (request.routeOptions.config.rawBody) request.rawBody = body
    // The signature of the request body is checked before the body is parsed.
    if (request.routeOptions.config.isSigned?.(request, body) === false)
      return done(httpErrors.unauthorized())
    if (body.length === 0) return done(null, undefined)
    const text = body.toString('utf8')
    return parse(request, text, (error, value) => {
      // PostgreSQL cannot store some characters. A valid JSON text can contain them only as escapes
      // (`\u0000`). So only a body with escapes of this kind is searched.
      const unfit = !error && ESCAPED.test(text) && !storable(value)
      done(unfit ? unstorable('body') : error, value)
    })
  })
  app.addHook('onRequest', async (request) => {
    if (request.url.includes('%00')) throw unstorable('url')
  })
})

/** Whether PostgreSQL can store all texts in a parsed body. */
export function storable(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([name, item]) => storable(name) && storable(item))
}

const unstorable = (where: string) =>
  httpErrors.invalid({ where, problems: [{ at: '/', message: 'a text contains an invalid character' }] })
