import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Pool } from 'undici'
import type { PROOF_BITS } from '../../src/domain/auth/codes/proof-of-work.ts'

export interface Buyer {
  phone: string
  /** The address that the proxy names. */
  address: string
}

export interface Shop {
  server: Pool
  sandbox: Pool
  sessionId: string
  variantId: string
}

/**
 * What one buyer met: the time of each answer (ms), what they were refused, and how often they had to work.
 */
export interface Met {
  ms: number[]
  slowest: { ms: number; asked: string }
  refused: string[]
  worked: number
  codeMs: number
  paid: boolean
}

/** What the answers of all routes hold of what is looked at here. */
interface Body {
  code?: string
  details?: { puzzle: string; bits: typeof PROOF_BITS }
  challenge_id?: string
  /** The message waits so long for its turn. */
  sent_in_s?: number
  access_token?: string
  id?: string
  status?: string
  payment?: { id: string; invoice_url: string }
}
interface Answer {
  status: number
  body: Body
  location: string | undefined
}

// A message waits a minute at most, where many are asked for, and as long again for the worker in a flood.
const LONGEST_WAIT_MS = 125_000

// On a thread of its own: a buyer's phone does not keep the attackers waiting, nor the other buyers.
const PHONE = `
  const { createHash } = require('node:crypto')
  const { parentPort, workerData: { puzzle, bits } } = require('node:worker_threads')
  for (let n = 0; ; n++) {
    const digest = createHash('sha256').update(puzzle + ':' + n).digest()
    if (digest.readUInt32BE() >>> (32 - bits) === 0) { parentPort.postMessage(String(n)); break }
  }`

/** Works out the answer to a puzzle, as the browser does. */
function work({ puzzle, bits }: { puzzle: string; bits: typeof PROOF_BITS }) {
  return new Promise<{ puzzle: string; answer: string }>((resolve, reject) => {
    const phone = new Worker(PHONE, { eval: true, workerData: { puzzle, bits } })
    phone.once('message', (answer: string) => resolve({ puzzle, answer }))
    phone.once('error', reject)
  })
}

/**
 * Logs in, joins and pays, as a page in a browser does it: asks, works where it is asked to, waits, follows.
 */
export async function buy(shop: Shop, buyer: Buyer): Promise<Met> {
  const met: Met = { ms: [], slowest: { ms: 0, asked: '' }, refused: [], worked: 0, codeMs: 0, paid: false }
  let token: string | undefined

  async function ask(method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
    const began = performance.now()
    const {
      statusCode: status,
      headers,
      body: stream,
    } = await shop.server.request({
      method,
      path,
      headers: {
        'x-forwarded-for': buyer.address,
        'user-agent': `phone ${buyer.phone}`,
        ...(body && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await stream.text()
    const ms = performance.now() - began
    met.ms.push(ms)
    if (ms > met.slowest.ms)
      met.slowest = {
        ms: Math.round(ms),
        asked: `${method} ${path.replaceAll(/[0-9a-f-]{36}/g, ':id')} ${status}`,
      }
    const isJson = String(headers['content-type']).includes('json')
    const answer = {
      status,
      body: isJson ? JSON.parse(text) : {},
      location: headers.location as string | undefined,
    }
    if (status < 400 || answer.body.code === 'auth.proof_needed' || answer.body.code === 'auth.code_wrong')
      return answer
    met.refused.push(`${method} ${path.replaceAll(/[0-9a-f-]{36}/g, ':id')} ${status} ${answer.body.code}`)
    return answer
  }
  /** Asks, and where work is asked for does it and asks again. */
  async function askWorking(path: string, body: object): Promise<Answer> {
    const answer = await ask('POST', path, body)
    const { code, details } = answer.body
    if (code !== 'auth.proof_needed' || !details) return answer
    met.worked++
    return await ask('POST', path, { ...body, proof: await work(details) })
  }

  const asked = await askWorking('/api/auth/otp', { phone: buyer.phone })
  // The page says when the message goes; its clock and the provider's may be a second apart.
  const from = new Date(Date.now() + (asked.body.sent_in_s ?? 0) * 1_000 - 1_000).toISOString()
  const began = performance.now()
  const tried = new Set<string>()
  // Codes that strangers asked for come to this phone, too. The buyer tries the oldest that came since their
  // own was due.
  while (!token && tried.size < 5) {
    const code = await nextCode(shop, buyer.phone, from, tried)
    if (!code) break
    tried.add(code)
    const body = { challenge_id: asked.body.challenge_id, code, name: 'Putri' }
    token = (await askWorking('/api/auth/otp/verify', body)).body.access_token
  }
  met.codeMs = performance.now() - began
  if (!token) {
    met.refused.push(`no code that is good: ${tried.size} tried`)
    return met
  }
  const address = await ask('POST', '/api/addresses', {
    label: 'Rumah',
    recipient_name: 'Putri',
    phone: buyer.phone,
    street: 'Jl. Thamrin 1',
    district: 'Menteng',
    city: 'Jakarta Pusat',
    province: 'DKI Jakarta',
    postal_code: '10310',
  })
  const join = await ask('POST', `/api/group-sessions/${shop.sessionId}/join`, {
    items: [{ variant_id: shop.variantId, quantity: 1 }],
    address_id: address.body.id,
  })
  const { payment } = join.body
  if (!payment) return met
  const page = await invoiceOf(new URL(payment.invoice_url).pathname)
  if (!page) {
    met.refused.push('no invoice within a minute')
    return met
  }
  const paid = await shop.sandbox.request({
    method: 'POST',
    path: new URL(page).pathname,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ channel: 'OVO' }),
  })
  await paid.body.dump()
  for (let n = 0; n < 60 && !met.paid; n++) {
    await sleep(1_000)
    met.paid = (await ask('GET', `/api/payments/${payment.id}`)).body.status === 'paid'
  }
  return met

  async function invoiceOf(path: string): Promise<string | undefined> {
    for (let n = 0; n < 60; n++) {
      const { location } = await ask('GET', path)
      if (location) return location
      await sleep(1_000)
    }
    return undefined
  }
}

/**
 * The oldest code that came since, and was not tried; undefined where none comes within the life of a code.
 */
async function nextCode(
  { sandbox }: Shop,
  phone: string,
  from: string,
  tried: ReadonlySet<string>,
): Promise<string | undefined> {
  const began = performance.now()
  while (performance.now() - began < LONGEST_WAIT_MS) {
    const path = `/control/messages?to=${encodeURIComponent(phone)}`
    const { body } = await sandbox.request({ method: 'GET', path })
    const messages = (await body.json()) as { code?: string; at: string }[]
    const fresh = messages.toReversed().find(({ code, at }) => code && at >= from && !tried.has(code))
    if (fresh?.code) return fresh.code
    await sleep(250)
  }
  return undefined
}
