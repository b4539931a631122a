import { STATUS_CODES } from 'node:http'

/** The part of an OpenAPI document that this module reads and changes. */
export interface ApiDocument {
  paths?: Record<string, Record<string, Operation>>
  tags?: { name: string; description: string }[]
}

interface Operation {
  tags?: string[]
  security?: Record<string, string[]>[]
  parameters?: object[]
  requestBody?: object
  responses: Record<string, object>
  /** The mark of a POST that needs no idempotency key, because sending it twice has no further effect. */
  'x-takes-no-key'?: true
}

const apiKey = (name: string) => ({ type: 'apiKey', in: 'header', name }) as const

const nameOf = (status: number) => (STATUS_CODES[status] ?? String(status)).replaceAll(' ', '')

const problem = (status: number) => ({
  description: STATUS_CODES[status] ?? String(status),
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
})

/**
 * The parts of the API description that all operations share: the security schemes, the two headers of a
 * request that changes data, and the one schema of an error.
 */
export const components = {
  securitySchemes: {
    customerToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    staffToken: { type: 'http', scheme: 'bearer', description: 'a personal token, `lkst_…`' },
    xenditWebhook: apiKey('x-callback-token'),
    biteshipWebhook: apiKey('x-biteship-secret'),
    whatsappWebhook: apiKey('x-hub-signature-256'),
  },
  parameters: {
    IdempotencyKey: {
      name: 'idempotency-key',
      in: 'header',
      description: 'The same key and body get the same answer; the same key with another body is refused.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    },
    Reason: {
      name: 'x-reason',
      in: 'header',
      description: 'Why staff do this; kept in the audit log.',
      schema: { type: 'string' },
    },
  },
  responses: Object.fromEntries(
    [400, 401, 403, 404, 409, 413, 422, 429, 503].map((status) => [nameOf(status), problem(status)]),
  ),
  schemas: {
    Problem: {
      type: 'object',
      description: 'RFC 9457, with a stable code; all codes are in docs/errors.md.',
      properties: {
        type: { type: 'string' },
        title: { type: 'string' },
        status: { type: 'integer' },
        code: { type: 'string' },
        details: {},
        request_id: { type: 'string' },
      },
      required: ['type', 'title', 'status', 'code', 'request_id'],
    },
  },
}

const tagNotes: Record<string, string> = {
  pages: 'What people open in a browser.',
  machine: 'Probes.',
  webhooks: 'What providers send: kept as it comes, worked through later.',
}

/**
 * Adds its possible errors to each operation of the API description. Adds the headers of a change to each
 * operation that changes data. Sorts paths and tags.
 */
export function describeErrors(document: ApiDocument): ApiDocument {
  const paths = Object.entries(document.paths ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  const tags = new Set<string>()
  for (const [path, item] of paths)
    for (const [method, operation] of Object.entries(item)) {
      describeOperation(path, method, operation)
      for (const tag of operation.tags ?? []) tags.add(tag)
    }
  return {
    ...document,
    tags: [...tags]
      .sort()
      .map((name) => ({ name, description: tagNotes[name] ?? `What is below /api/${name}.` })),
    paths: Object.fromEntries(paths),
  }
}

function describeOperation(path: string, method: string, operation: Operation): void {
  const signedIn = operation.security?.some((scheme) => 'customerToken' in scheme || 'staffToken' in scheme)
  const change = method !== 'get' && signedIn
  // A repeated PUT or DELETE has no further effect, so it needs no idempotency key.
  const takesKey = change && ['post', 'patch'].includes(method) && !operation['x-takes-no-key']
  const errors = [
    ...(operation.parameters || operation.requestBody ? [400] : []),
    ...(operation.security?.length ? [401] : []),
    ...(signedIn ? [403] : []),
    ...(path.includes('{') || operation.requestBody ? [404] : []),
    ...(method !== 'get' ? [409] : []),
    ...(operation.requestBody ? [413] : []),
    ...(takesKey ? [422] : []),
    429,
    503,
  ]
  for (const status of errors)
    operation.responses[status] ??= { $ref: `#/components/responses/${nameOf(status)}` }
  if (!change) return
  const staff = operation.security?.some((scheme) => 'staffToken' in scheme)
  operation.parameters = [
    ...(operation.parameters ?? []),
    ...(takesKey ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
    ...(staff ? [{ $ref: '#/components/parameters/Reason' }] : []),
  ]
}
