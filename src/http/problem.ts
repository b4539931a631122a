import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import {
  DomainError,
  type ErrorKind,
  ProviderFailure,
  toWire,
  translateDatabaseError,
} from '../domain/kernel/index.ts'
import { httpErrors } from './http-errors.ts'
import { languageOf, sendPage } from './pages/page.ts'
import { isForPeople, problemPage } from './pages/problem-page.ts'

/**
 * The body of an error answer (RFC 9457), with a stable `code` for programs and the request's id for support.
 */
export interface Problem {
  type: 'about:blank'
  title: string
  status: number
  code: string
  details?: unknown
  request_id: string
}

const statusOfKind: Record<ErrorKind, number> = {
  invalid: 400,
  not_found: 404,
  conflict: 409,
  forbidden: 403,
  unavailable: 503,
  limited: 429,
}

// The HTTP statuses of single error codes. The status of all other errors follows from their kind.
const statusOfCode: Record<string, number> = {
  'kernel.idempotency_key_reused': 422,
  'http.unauthorized': 401,
  'auth.refresh_invalid': 401,
  'logistics.parcel_impossible': 422,
  'http.body_too_large': 413,
  'http.header_too_large': 431,
  'http.too_slow': 408,
  'http.unsupported_media_type': 415,
  'http.internal': 500,
}

/** Returns the HTTP status of an error, by its code or else by its kind. Only this function decides it. */
export function statusOf(error: DomainError): number {
  return statusOfCode[error.code] ?? statusOfKind[error.kind]
}

/**
 * An error answer lists at most this many problems of a body, each with a message of at most this length
 * (characters). So an answer is not larger than its request.
 */
const MAX_PROBLEMS = 20
const LONGEST_MESSAGE = 300

function asDomainError(error: unknown, bodyLimit: number | undefined): DomainError {
  if (error instanceof DomainError) return error
  if (error instanceof ProviderFailure) {
    const { provider, outcome } = error
    if (outcome === 'refused') return httpErrors.provider_refused({ provider, code: error.code })
    return httpErrors.provider_unavailable({ provider, retryAfterS: error.retryAfterS ?? 5 })
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const problems = error.validation.slice(0, MAX_PROBLEMS).map(({ instancePath, message = '' }) => ({
      at: instancePath || '/',
      message: message.slice(0, LONGEST_MESSAGE),
    }))
    return httpErrors.invalid({ where: error.validationContext, problems })
  }
  const { translated } = translateDatabaseError(error)
  if (translated instanceof DomainError) return translated
  const { statusCode, code } = error as Partial<FastifyError>
  if (statusCode === 414 || code === 'FST_ERR_BAD_URL')
    return httpErrors.invalid({ where: 'url', problems: [{ at: '/', message: code }] })
  if (statusCode === 413) return httpErrors.body_too_large({ mostBytes: bodyLimit })
  if (statusCode === 415) return httpErrors.unsupported_media_type()
  if (statusCode === 400)
    return httpErrors.invalid({ where: 'body', problems: [{ at: '/', message: code ?? 'malformed' }] })
  return httpErrors.internal()
}

/**
 * Sends any error as a problem document, or to a browser as a page. Logs errors that are laku's own fault.
 */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = asDomainError(error, request.routeOptions.bodyLimit)
  const status = statusOf(known)
  if (known.code === 'kernel.database_unavailable') request.server.databaseTrouble.at = Date.now()
  // The SQLSTATE (PostgreSQL's error code) is logged, because it tells an operator the fault of the database.
  // No other detail of the error is logged here.
  const { state: sqlstate } = known.details
  if (status >= 500) request.log.error({ err: error, code: known.code, sqlstate }, 'request failed')
  const { retryAfterS: given } = known.details
  const retryAfterS = typeof given === 'number' ? Math.ceil(given) : undefined
  if (retryAfterS !== undefined) reply.header('retry-after', retryAfterS)
  if (isForPeople(request))
    return sendPage(reply, problemPage(languageOf(request), { status, requestId: request.id, retryAfterS }))
  const problem: Problem = {
    type: 'about:blank',
    title: known.message,
    status,
    code: known.code,
    request_id: request.id,
  }
  if (Object.keys(known.details).length > 0) problem.details = toWire(known.details)
  // The error body is serialized here, because the answer schemas of the routes do not describe errors.
  return reply.code(status).type('application/problem+json').serializer(JSON.stringify).send(problem)
}

export const problems = fp(async (app: FastifyInstance) => {
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply))
  app.setNotFoundHandler((request, reply) => sendProblem(httpErrors.no_such_route(), request, reply))
})
