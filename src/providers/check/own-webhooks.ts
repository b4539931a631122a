import { createHmac, randomBytes } from 'node:crypto'
import { ProviderFailure } from '../../domain/kernel/provider-failure.ts'
import { networkFailure } from '../network-failure.ts'
import { type Difference, NotConfigured, type Probe } from './probe.ts'

export interface OwnWebhooks {
  /** LAKU_PUBLIC_URL: the address at which the providers reach laku. */
  publicUrl: string
  xenditTokens: readonly string[]
  biteshipHeader: string
  biteshipSecrets: readonly string[]
  /** The WhatsApp provider in use, with its webhook secrets. */
  whatsapp:
    | { kind: 'meta'; appSecret: string; verifyToken: string }
    | { kind: 'fonnte'; secrets: readonly string[] | undefined }
  timeoutMs: number
}

interface Sent {
  method?: 'GET' | 'POST'
  path: string
  headers?: Record<string, string>
  body?: string
}

interface Answered {
  status: number
  text: string
}

/**
 * Makes the probes of laku's own webhook routes. They call the routes at the address that the providers use.
 * They send each secret with an unreadable body, so that nothing is stored. If the answer is 400 and not 401,
 * the route accepted the secret. The probes cannot read the settings in the providers' dashboards.
 */
export function ownWebhookProbes(options: OwnWebhooks): Probe[] {
  const ask = (sent: Sent) => answerOf(options, sent)
  return [
    { provider: 'laku', name: 'webhook of Xendit', ask: () => xendit(options, ask) },
    { provider: 'laku', name: 'webhook of Biteship', ask: () => biteship(options, ask) },
    options.whatsapp.kind === 'meta'
      ? { provider: 'laku', name: 'webhook of Meta', ask: () => meta(options.whatsapp, ask) }
      : { provider: 'laku', name: 'webhook of Fonnte', ask: () => fonnte(options.whatsapp, ask) },
  ]
}

type Ask = (sent: Sent) => Promise<Answered>

const JSON_TYPE = { 'content-type': 'application/json' }
const UNREADABLE = '{laku providers check'
/**
 * An unreadable body that is longer than Biteship's ping (test request). The route accepts a ping without the
 * secret, so a short body would prove nothing.
 */
const LONG_UNREADABLE = UNREADABLE.padEnd(600, ' ')
const wrongSecret = () => randomBytes(24).toString('base64url')

async function xendit({ xenditTokens }: OwnWebhooks, ask: Ask) {
  const path = '/api/webhooks/xendit'
  const send = (token: string) =>
    ask({ path, headers: { ...JSON_TYPE, 'x-callback-token': token }, body: UNREADABLE })
  return await held([
    [await send(wrongSecret()), 401, 'a wrong token'],
    ...(await each(xenditTokens, async (token) => [await send(token), 400, 'XENDIT_CALLBACK_TOKEN'])),
  ])
}

async function biteship({ biteshipHeader, biteshipSecrets }: OwnWebhooks, ask: Ask) {
  const path = '/api/webhooks/biteship'
  const send = (secret: string) =>
    ask({ path, headers: { ...JSON_TYPE, [biteshipHeader]: secret }, body: LONG_UNREADABLE })
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  return await held([
    [await ask({ path }), 200, 'the ping of an installation'],
    [await ask({ path, headers: JSON_TYPE, body: '{}' }), 200, 'the ping {}'],
    [await ask({ path, headers: JSON_TYPE, body: 'null' }), 200, 'the ping null'],
    [await ask({ path, headers: form, body: 'ping=1' }), 200, 'the ping in the form of an HTML form'],
    [await send(wrongSecret()), 401, 'a wrong secret'],
    ...(await each(biteshipSecrets, async (secret) => [await send(secret), 400, 'BITESHIP_WEBHOOK_SECRET'])),
  ])
}

/**
 * The body of a WhatsApp webhook that reports nothing: valid JSON with an empty list. It must be valid JSON,
 * because the route parses the body before it checks the signature. The route stores this body at the first
 * check. Later checks send the same bytes, so nothing more is stored.
 */
const EMPTY_DELIVERY = JSON.stringify({ object: 'whatsapp_business_account', entry: [] })

async function meta(whatsapp: OwnWebhooks['whatsapp'], ask: Ask) {
  if (whatsapp.kind !== 'meta') throw new Error('not Meta')
  const { appSecret, verifyToken } = whatsapp
  const path = '/api/webhooks/whatsapp'
  const challenge = randomBytes(8).toString('hex')
  const handshake = (token: string) => {
    const query = { 'hub.mode': 'subscribe', 'hub.verify_token': token, 'hub.challenge': challenge }
    return ask({ method: 'GET', path: `${path}?${new URLSearchParams(query)}` })
  }
  const signed = (secret: string) => {
    const signature = createHmac('sha256', secret).update(EMPTY_DELIVERY).digest('hex')
    return ask({
      path,
      headers: { ...JSON_TYPE, 'x-hub-signature-256': `sha256=${signature}` },
      body: EMPTY_DELIVERY,
    })
  }
  const shaken = await handshake(verifyToken)
  const seen = await held([
    [shaken, 200, 'WHATSAPP_VERIFY_TOKEN'],
    [await handshake(wrongSecret()), 401, 'a wrong verify token'],
    [await signed(wrongSecret()), 401, 'a wrong signature'],
    [await signed(appSecret), 200, 'WHATSAPP_APP_SECRET'],
  ])
  if (seen.differences.length > 0 || shaken.text === challenge) return seen
  return { ...seen, differences: [{ says: 'the answer does not repeat the challenge', todo: SEE_PROXY }] }
}

async function fonnte(whatsapp: OwnWebhooks['whatsapp'], ask: Ask) {
  if (whatsapp.kind !== 'fonnte') throw new Error('not Fonnte')
  const { secrets } = whatsapp
  if (!secrets) throw new NotConfigured('FONNTE_WEBHOOK_SECRET is not set, so laku receives no replies')
  const send = (secret: string) =>
    ask({ path: `/api/webhooks/fonnte/${encodeURIComponent(secret)}`, headers: JSON_TYPE, body: UNREADABLE })
  return await held([
    [await send(wrongSecret()), 401, 'a wrong address'],
    ...(await each(secrets, async (secret) => [await send(secret), 400, 'FONNTE_WEBHOOK_SECRET'])),
  ])
}

type Expectation = [answered: Answered, wanted: number, what: string]

async function each(
  secrets: readonly string[],
  expect: (secret: string) => Promise<Expectation>,
): Promise<Expectation[]> {
  const all: Expectation[] = []
  for (const secret of secrets) all.push(await expect(secret))
  return all
}

const SEE_PROXY =
  'make sure that LAKU_PUBLIC_URL leads to laku serve, and that the proxy passes headers and bodies unchanged'

async function held(expectations: readonly Expectation[]) {
  const differences = expectations.flatMap(([{ status }, wanted, what]): Difference[] => {
    if (status === wanted) return []
    const isSecret = status === 401 && wanted !== 401 && /^[A-Z]/.test(what)
    const says = isSecret
      ? `${what} is not the same here as in the server`
      : `${what} is answered with ${status}, not ${wanted}`
    return [{ says, todo: isSecret ? `give the server and this command the same ${what}` : SEE_PROXY }]
  })
  return { says: 'reachable; accepts our secret and refuses others', differences }
}

async function answerOf({ publicUrl, timeoutMs }: OwnWebhooks, sent: Sent): Promise<Answered> {
  const { method = 'POST', path, headers = {}, body } = sent
  try {
    const response = await fetch(`${publicUrl}${path}`, {
      method,
      headers,
      ...(body !== undefined && { body }),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    return { status: response.status, text: await response.text() }
  } catch (error) {
    throw new ProviderFailure({ provider: 'laku', operation: 'webhook', ...networkFailure(error) })
  }
}
