import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fieldsOf } from '../src/sandbox/fields.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../src/sandbox/sandbox.ts'

/** A webhook delivery as the merchant received it. */
export interface Received {
  path: string
  headers: Record<string, string | string[] | undefined>
  raw: string
  body: ReturnType<typeof fieldsOf>
}

/** Starts a merchant that records every webhook and gives the set answer, for tests of the sandbox. */
export async function startReceiver() {
  const received: Received[] = []
  const behaviour = { status: () => 200 }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://merchant')
      const challenge = url.searchParams.get('hub.challenge')
      if (challenge !== null) return response.end(challenge)
      const raw = Buffer.concat(chunks).toString()
      const body = fieldsOf(raw === '' ? undefined : JSON.parse(raw))
      received.push({ path: url.pathname, headers: request.headers, raw, body })
      response.statusCode = behaviour.status()
      return response.end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = async () => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  return { url, received, behaviour, close }
}

/** The secrets of the sandboxes under test. */
export const SECRETS = {
  xendit: { secretKey: 'xnd_test_key', callbackToken: 'callback-token' },
  biteship: { apiKey: 'biteship_test.key', webhookHeader: 'x-biteship-secret', webhookSecret: 'shipped' },
  whatsapp: {
    token: 'wa-token',
    phoneNumberId: '10001',
    appSecret: 'app-secret',
    verifyToken: 'verify-me',
    templates: [{ name: 'otp', language: 'id', category: 'AUTHENTICATION', body: '' }],
  },
  sms: { account: 'AC123', token: 'sms-token' },
} satisfies Partial<SandboxOptions>

/** Starts a sandbox and its merchant, with a clock that tests move and a helper for calls. */
export async function startFixture() {
  const receiver = await startReceiver()
  const clock = { aheadMs: 0 }
  const now = () => new Date(Date.now() + clock.aheadMs)
  const sandbox = await startSandbox({ port: 0, lakuUrl: receiver.url, ...SECRETS, now })
  return {
    sandbox,
    receiver,
    clock,
    ...callers(sandbox),
    async close() {
      await sandbox.close()
      await receiver.close()
    },
  }
}

function callers(sandbox: Sandbox) {
  const xenditLogin = `Basic ${btoa(`${SECRETS.xendit.secretKey}:`)}`
  return {
    xendit: caller(sandbox.xenditUrl, { authorization: xenditLogin }),
    biteship: caller(sandbox.biteshipUrl, { authorization: SECRETS.biteship.apiKey }),
    whatsapp: caller(sandbox.whatsappUrl, { authorization: `Bearer ${SECRETS.whatsapp.token}` }),
    control: caller(`${sandbox.url}/control`, {}),
    page: caller(`${sandbox.url}/xendit/pay`, {}),
  }
}

function caller(base: string, defaults: Record<string, string>) {
  return async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(base + path, {
      method,
      headers: {
        ...defaults,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const json: unknown = /json/.test(response.headers.get('content-type') ?? '')
      ? JSON.parse(text)
      : undefined
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: fieldsOf(json),
      list: Array.isArray(json) ? json.map(fieldsOf) : [],
    }
  }
}
