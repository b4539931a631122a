import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * The moment at which a call is held: before the provider gets the request, or after the provider has
 * answered and before the caller gets the answer.
 */
export type HeldAt = 'request' | 'answer'

interface Hold {
  method: string
  path: string
  at: HeldAt
  arrived: () => void
  released: Promise<void>
}

/** A proxy to a provider that can hold one call, while all other calls pass. */
export async function openGate(target: string) {
  const holds: Hold[] = []
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request)
    const { pathname } = new URL(request.url ?? '/', target)
    const at = holds.findIndex((hold) => hold.method === request.method && pathname.endsWith(hold.path))
    const [hold] = at < 0 ? [] : holds.splice(at, 1)
    if (hold?.at === 'request') await standStill(hold)
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers
    const answer = await fetch(target + request.url, {
      method: request.method ?? 'GET',
      headers: headers as Record<string, string>,
      ...(body.length > 0 && { body }),
    })
    const text = await answer.text()
    if (hold?.at === 'answer') await standStill(hold)
    const type = answer.headers.get('content-type') ?? 'application/json'
    response.writeHead(answer.status, { 'content-type': type }).end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /**
     * Holds the next call of this method whose path ends like this. `arrived` resolves when the call is held.
     */
    hold: (method: string, path: string, at: HeldAt) => {
      const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>()
      const { promise: released, resolve: release } = Promise.withResolvers<void>()
      holds.push({ method, path, at, arrived: arrive, released })
      return { arrived, release }
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function standStill({ arrived, released }: Hold): Promise<void> {
  arrived()
  await released
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}
