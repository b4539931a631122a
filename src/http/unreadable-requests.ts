import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { DomainError } from '../domain/kernel/index.ts'
import { httpErrors } from './http-errors.ts'
import { sendProblem, statusOf } from './problem.ts'

type Headers = Readonly<Record<string, string>>

/**
 * Answers a request with an invalid or too long URL, which the router refuses before any route or hook. The
 * answer has the form of all errors: a problem document, the security headers and the request's id.
 */
export const refuseAddress =
  (headers: Headers, corsOrigins: readonly string[]) =>
  (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { origin } = request.headers
    reply.headers({ ...headers, 'x-request-id': request.id, vary: 'Origin' })
    if (origin !== undefined && corsOrigins.includes(origin))
      reply.headers({
        'access-control-allow-origin': origin,
        'access-control-expose-headers': 'x-request-id',
      })
    return sendProblem(error, request, reply)
  }

/**
 * Answers a request that is not valid HTTP, has more headers than Node reads (16 KiB), or arrives too slowly.
 */
export const refuseBytes =
  (headers: Headers) =>
  (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy()
    const refused = refusalOf(error.code)
    const status = statusOf(refused)
    const id = randomUUID()
    const body = JSON.stringify({
      type: 'about:blank',
      title: refused.message,
      status,
      code: refused.code,
      request_id: id,
    })
    const all = {
      ...headers,
      'x-request-id': id,
      'content-type': 'application/problem+json',
      'content-length': String(Buffer.byteLength(body)),
      connection: 'close',
    }
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`)
  }

function refusalOf(code: string | undefined): DomainError {
  if (code === 'HPE_HEADER_OVERFLOW') return httpErrors.header_too_large()
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return httpErrors.too_slow()
  return httpErrors.invalid({ where: 'request' })
}
