import { STATUS_CODES } from 'node:http'
import swagger, { type SwaggerTransform } from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import type { Access } from './access.ts'
import { type ApiDocument, components, describeErrors } from './openapi-errors.ts'

const customer = { customerToken: [] }
const staff = { staffToken: [] }
const securityOf: Record<Access, Record<string, string[]>[]> = {
  open: [],
  customer: [customer],
  staff: [staff],
  'signed-in': [customer, staff],
  guest: [{}, customer, staff],
}

/**
 * Describes the API as OpenAPI 3.1, from the routes' zod schemas, summaries and access. `npm run generate`
 * writes the description to openapi.json, which `/docs` shows. Hidden routes (`schema.hide`) are left out.
 */
export const openApi = fp(async (app: FastifyInstance) => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'laku',
        version: '1',
        description:
          'The back office of a group-buying shop. Money is whole rupiah in fields ending `_idr`; times are ISO 8601 with offset; lists come in pages of `limit` after `cursor`.',
        license: { name: 'MIT', identifier: 'MIT' } as never,
      },
      // The calls that a reader tries out on the documentation page go to the server that sent the page.
      servers: [{ url: '/', description: 'this server' }],
      // The type of `components` covers three versions of OpenAPI, so a cast is needed. A linter checks the
      // description against the version used here.
      components: components as never,
    },
    transform: describeRoute,
    // The plugin's types cover three versions of OpenAPI. All three have the parts that are used here, so the
    // casts are safe.
    transformObject: (document) =>
      describeErrors('openapiObject' in document ? (document.openapiObject as ApiDocument) : {}) as object,
  })
})

type DescribedSchema = Parameters<SwaggerTransform>[0]['schema'] & { response?: Record<string, object> }

/**
 * Describes a route from its schema, which must have a summary. The rest of the description comes from the
 * route's path and access.
 */
const describeRoute: SwaggerTransform = (described) => {
  const { schema, url } = jsonSchemaTransform(described as Parameters<typeof jsonSchemaTransform>[0])
  const { route } = described
  const method = String(route.method)
  if (schema?.hide || method === 'HEAD') return { schema: { hide: true }, url }
  if (!schema?.summary) throw new Error(`${method} ${url} says nothing: give its schema a summary`)
  const answers = (schema as DescribedSchema).response
  if (!answers) throw new Error(`${method} ${url} does not say what it answers: give its schema a response`)
  for (const [status, answer] of Object.entries(answers))
    if (!('description' in answer)) Object.assign(answer, { description: STATUS_CODES[status] ?? status })
  return {
    schema: {
      ...(tidy(schema) as object),
      operationId: operationIdOf(method, url),
      tags: [tagOf(url)],
      security: securityFor(url, route.config?.access ?? 'open'),
      ...(route.config?.takesNoKey ? { 'x-takes-no-key': true } : {}),
    },
    url,
  }
}

function securityFor(url: string, access: Access): Record<string, string[]>[] {
  const webhook = /^\/api\/webhooks\/(\w+)$/.exec(url)
  return webhook ? [{ [`${webhook[1]}Webhook`]: [] }] : securityOf[access]
}

/**
 * Returns the OpenAPI tag of a route: `orders` below `/api/orders`, `pages` for pages that people open,
 * `machine` for probes.
 */
function tagOf(url: string): string {
  const [first = '', second = ''] = url.slice(1).split('/')
  if (first === 'api') return second
  return first === 'pay' || first === 's' ? 'pages' : 'machine'
}

/** Returns the operation's id: for `POST /api/group-sessions/:id/join` it is `postGroupSessionsByIdJoin`. */
function operationIdOf(method: string, url: string): string {
  const words = url
    .replace(/^\/(api\/)?/, '')
    .replaceAll(':', 'by-')
    .split(/[^a-zA-Z0-9]+/)
  return method.toLowerCase() + words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('')
}

/**
 * Removes redundant parts from a JSON schema: the bounds of safe integers, and the pattern of a text with a
 * named format. Answers may have more fields than their schema, so `additionalProperties: false` is removed
 * from answers.
 */
function tidy(schema: unknown, answer = false): unknown {
  if (Array.isArray(schema)) return schema.map((item) => tidy(item, answer))
  if (typeof schema !== 'object' || schema === null) return schema
  const kept: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(schema)) {
    if (key === '$schema' || Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER) continue
    if (key === 'pattern' && 'format' in schema) continue
    if (answer && key === 'additionalProperties' && value === false) continue
    kept[key] = tidy(value, answer || key === 'response')
  }
  return kept
}
