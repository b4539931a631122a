import { readFile } from 'node:fs/promises'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { httpErrors } from './http-errors.ts'

const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>laku API</title><link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="swagger-ui"></div><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>
`
const start = `SwaggerUIBundle({ url: '/docs/openapi.json', dom_id: '#swagger-ui', deepLinking: true })\n`

// Swagger UI styles by attribute and draws its arrows from data URLs; nothing else of it needs more than its own files.
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
 * The API's description for people: Swagger UI over the committed openapi.json. The server itself makes no description (it
 * would cost every start a quarter of a second); CI holds the file against the routes.
 */
export const docRoutes: FastifyPluginAsyncZod = async (app) => {
  const config = { access: 'open' } as const

  app.get('/docs', { config, schema: { hide: true } }, async (_, reply) =>
    reply.header('content-security-policy', CSP).type('text/html; charset=utf-8').send(page),
  )

  app.get(
    '/docs/:file',
    { config, schema: { hide: true, params: z.strictObject({ file: z.string() }) } },
    async (request, reply) => {
      const file = Object.hasOwn(files, request.params.file) ? files[request.params.file] : undefined
      if (!file) throw httpErrors.no_such_route()
      return reply
        .header('content-security-policy', CSP)
        .header('cache-control', 'max-age=300')
        .type(file.type)
        .serializer(String)
        .send(await file.text())
    },
  )
}
