import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Pool } from 'undici'
import type { PROOF_BITS } from '../../src/domain/auth/codes/proof-of-work.ts'

export interface Buyer {
  phone: string
  /** The buyer's network address, as the proxy reports it. */
  address: string
}

export interface Shop {
  server: Pool
  sandbox: Pool
  sessionId: string
  variantId: string
}

/**
 * The experience of one buyer: the time of each answer (ms), the refusals, and the number of puzzles that had
 * to be solved.
 */
export interface Met {
  ms: number[]
  slowest: { ms: number; asked: string }
  refused: string[]
  worked: number
  codeMs: number
  paid: boolean
}

/** The fields of all routes' answers that this test reads. */
interface Body {
  code?: string
  details?: { puzzle: string; bits: typeof PROOF_BITS }
  challenge_id?: string
  /** The seconds until the message is sent. */
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

// The longest wait (ms) for a code. A message waits up to a minute if many are requested, and in a flood as
// long again for the worker.
const LONGEST_WAIT_MS = 125_000

// The code of a buyer's phone. It runs in a thread of its own, so that it delays neither the attackers nor
// the other buyers.
const PHONE = `
  const { createHash } = require('node:crypto')
  const { parentPort, workerData: { puzzle, bits } } = require('node:worker_threads')
  for (let n = 0; ; n++) {
    const digest = createHash('sha256').update(puzzle + ':' + n).digest()
    if (digest.readUInt32BE() >>> (32 - bits) === 0) { parentPort.postMessage(String(n)); break }
  }`

/** Solves a puzzle, as the browser does. */
function work({ puzzle, bits }: { puzzle: string; bits: typeof PROOF_BITS }) {
  return new Promise<{ puzzle: string; answer: string }>((resolve, reject) => {
    const phone = new Worker(PHONE, { eval: true, workerData: { puzzle, bits } })
    phone.once('message', (answer: string) => resolve({ puzzle, answer }))
    phone.once('error', reject)
  })
}

/**
 * Logs in, joins and pays like a page in a browser: it sends requests, solves puzzles, waits, and follows the
 * payment link.
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
  /** Sends a request. If the answer demands proof of work, solves the puzzle and sends the request again. */
  async function askWorking(path: string, body: object): Promise<Answer> {
    const answer = await ask('POST', path, body)
    const { code, details } = answer.body
    if (code !== 'auth.proof_needed' || !details) return answer
    met.worked++
    return await ask('POST', path, { ...body, proof: await work(details) })
  }

  const asked = await askWorking('/api/auth/otp', { phone: buyer.phone })
  // The answer says when the message is sent. The clocks of laku and the provider may differ by a second.
  const from = new Date(Date.now() + (asked.body.sent_in_s ?? 0) * 1_000 - 1_000).toISOString()
  const began = performance.now()
  const tried = new Set<string>()
  // Codes that strangers requested also arrive on this phone. The buyer tries the oldest code that arrived
  // since their own was due.
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
 * Returns the oldest code that arrived since then and was not tried; undefined if none arrives while a code
 * is valid.
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
