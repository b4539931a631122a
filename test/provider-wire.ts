import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'vitest'
import { ProviderFailure } from '../src/domain/kernel/provider-failure.ts'

export interface WireRequest {
  method: string
  url: string
  headers: IncomingHttpHeaders
  body: string
}

export type WireAnswer = (request: WireRequest, response: ServerResponse) => void

export interface Wire {
  url: string
  /** All requests that came, oldest first. */
  requests: WireRequest[]
  /** The function that answers the requests from now on. */
  answer: WireAnswer
  close(): Promise<void>
}

/**
 * Opens a provider that gives one set answer. It is for behaviour that the sandbox does not have: odd bodies,
 * headers, broken connections.
 */
export async function openWire(): Promise<Wire> {
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const request = {
      method: incoming.method ?? '',
      url: incoming.url ?? '',
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    }
    wire.requests.push(request)
    wire.answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const wire: Wire = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    answer: replying(200, {}),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return wire
}

/**
 * Returns a function that answers every request with this status and body (an object as JSON, a text
 * unchanged).
 */
export function replying(status: number, body: unknown, headers: Record<string, string> = {}): WireAnswer {
  return (_request, response) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text)
  }
}

/** Returns the `ProviderFailure` with which a call must end. */
export async function failureOf(call: Promise<unknown>): Promise<ProviderFailure> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(ProviderFailure)
  return error as ProviderFailure
}
