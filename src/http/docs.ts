import { readFile } from 'node:fs/promises'
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Laku } from '../runtime/laku.ts'
import { httpErrors } from './http-errors.ts'

const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>laku API</title><link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="swagger-ui"></div><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>
`
const start = `SwaggerUIBundle({ url: '/docs/openapi.json', dom_id: '#swagger-ui', deepLinking: true })\n`

// The content security policy of the Swagger UI page (the API's documentation). The page needs style
// attributes and data URLs for its arrows, and loads everything else from laku itself.
const CSP =
  "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"

const assets = new URL('static/', import.meta.resolve('@fastify/swagger-ui'))

const files: Record<string, { type: string; text: () => string | Promise<string> }> = {
  'openapi.json': {
    type: 'application/json; charset=utf-8',
    text: () => readFile(new URL('../../openapi.json', import.meta.url), 'utf8'),
  },
  'start.js': { type: 'text/javascript; charset=utf-8', text: () => start },
  'swagger-ui.css': {
    type: 'text/css; charset=utf-8',
    text: () => readFile(new URL('swagger-ui.css', assets), 'utf8'),
  },
  'swagger-ui-bundle.js': {
    type: 'text/javascript; charset=utf-8',
    text: () => readFile(new URL('swagger-ui-bundle.js', assets), 'utf8'),
  },
}

/**
 * The documentation files by name. Each has up to 1.5 MB, so it is read from disk only once. Otherwise a
 * flood of small requests could make the server read that much for each.
 */
const kept = new Map<string, Promise<string>>()
function textOf(name: string): Promise<string> | undefined {
  const file = Object.hasOwn(files, name) ? files[name] : undefined
  if (!file) return undefined
  const text = kept.get(name) ?? Promise.resolve(file.text())
  kept.set(name, text)
  return text
}

type Described = { paths: Record<string, Record<string, { security?: Record<string, unknown>[] } & object>> }

/** Returns the API description without the operations that staff and providers call. */
function forCustomers(whole: string): string {
  const description = JSON.parse(whole) as Described
  const isTheirs = ({ security }: { security?: Record<string, unknown>[] }) =>
    !security ||
    security.length === 0 ||
    security.some((scheme) => Object.keys(scheme).every((name) => name === 'customerToken'))
  for (const [path, methods] of Object.entries(description.paths)) {
    for (const [method, operation] of Object.entries(methods))
      if (!isTheirs(operation)) delete methods[method]
    if (Object.keys(methods).length === 0 || path.startsWith('/api/webhooks/')) delete description.paths[path]
  }
  return JSON.stringify(description)
}

/**
 * Serves the page with the API's documentation: Swagger UI over the file openapi.json, which CI compares with
 * the routes. In production the page is for staff only. All others get only the description of the operations
 * that customers call.
 */
export const docRoutes =
  (laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    const config = { access: 'guest' } as const
    const isForStaff = laku.config.env === 'production'
    let customers: Promise<string> | undefined

    const mayRead = ({ actor }: FastifyRequest) => !isForStaff || actor.kind === 'staff'

    app.get('/docs', { config, schema: { hide: true } }, async (request, reply) => {
      if (!mayRead(request)) throw httpErrors.unauthorized({ needs: 'staff' })
      return reply.header('content-security-policy', CSP).type('text/html; charset=utf-8').send(page)
    })

    app.get(
      '/docs/:file',
      { config, schema: { hide: true, params: z.strictObject({ file: z.string().max(60) }) } },
      async (request, reply) => {
        const { file } = request.params
        const text = textOf(file)
        if (!text) throw httpErrors.no_such_route()
        const isWhole = mayRead(request)
        if (!isWhole && file !== 'openapi.json') throw httpErrors.unauthorized({ needs: 'staff' })
        if (!isWhole) customers ??= text.then(forCustomers)
        return reply
          .header('content-security-policy', CSP)
          .header('cache-control', isForStaff ? 'private, max-age=300' : 'max-age=300')
          .type(files[file]?.type as string)
          .serializer(String)
          .send(await (isWhole ? text : customers))
      },
    )
  }
