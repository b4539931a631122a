import { Agent, type ClientRequest, request } from 'node:http'
import { WEBHOOK_TIMEOUT_S } from '../providers/xendit/facts.ts'
import { fieldsOf } from './fields.ts'
import type { Schedule } from './schedule.ts'
import { WireError } from './wire-error.ts'

/** A webhook to the merchant; `path` is below the merchant's base URL. */
export interface Webhook {
  path: string
  headers: Record<string, string>
  body: string
}

/** The misbehaviour of webhook deliveries that `PUT /control/webhooks` sets. */
export interface Misbehaviour {
  /** The number of extra copies of every webhook delivery. */
  duplicates: number
  /** True if the sandbox collects a few webhooks and sends them in random order. */
  shuffle: boolean
  /** The delay of every webhook delivery (ms). */
  delay_ms: number
  /** The probability that a webhook is never sent. */
  drop_rate: number
}

const WELL_BEHAVED: Misbehaviour = { duplicates: 0, shuffle: false, delay_ms: 0, drop_rate: 0 }

/**
 * The waits before the six retries of a delivery (ms). Xendit itself retries after 15 and 45 min, 2, 3, 6 and
 * 12 h. The sandbox retries nine thousand times as fast.
 */
const RETRY_AFTER_MS = [100, 300, 800, 1200, 2400, 4800]
/**
 * The timeout of a webhook delivery (ms). It is 30 s, because a real provider waits that long for an answer.
 * After a timeout, the webhook is not sent again.
 */
const TIMEOUT_MS = WEBHOOK_TIMEOUT_S * 1000
/**
 * The number of webhooks in a full batch, and the maximum wait for a full batch (ms). They are used only
 * while webhooks are sent in random order. A full batch is sent at once, any other batch after the wait.
 */
const SHUFFLE_BATCH = 8
const SHUFFLE_WAIT_MS = 40

type Outcome = 'accepted' | 'refused' | 'timed_out'

function numberUpTo(value: unknown, name: string, high: number): number {
  if (value === undefined) return 0
  if (typeof value !== 'number' || !(value >= 0 && value <= high))
    throw new WireError(400, { error: `${name}: a number from 0 to ${high} is wanted` })
  return value
}

/**
 * Posts webhooks to the merchant, with the retries of a provider and the misbehaviour that a test asks for.
 */
export class WebhookDelivery {
  #agent = new Agent({ keepAlive: true, maxSockets: 64 })
  #misbehaviour = WELL_BEHAVED
  #held: Webhook[] = []
  #underWay = new Set<ClientRequest>()
  #generation = 0
  readonly #schedule: Schedule
  #baseUrl: string

  constructor(schedule: Schedule, baseUrl: string) {
    this.#schedule = schedule
    this.#baseUrl = baseUrl
  }

  get baseUrl(): string {
    return this.#baseUrl
  }

  set baseUrl(url: string) {
    this.#baseUrl = url.replace(/\/+$/, '')
  }

  /** Replaces the misbehaviour of webhook deliveries; `{}` makes them well-behaved again. */
  misbehave(body: unknown): Misbehaviour {
    const fields = fieldsOf(body)
    this.#misbehaviour = {
      duplicates: Math.floor(numberUpTo(fields.duplicates, 'duplicates', 20)),
      shuffle: fields.shuffle === true,
      delay_ms: numberUpTo(fields.delay_ms, 'delay_ms', 600_000),
      drop_rate: numberUpTo(fields.drop_rate, 'drop_rate', 1),
    }
    return this.#misbehaviour
  }

  /**
   * Sends a webhook. If a test has set a misbehaviour, the webhook may be repeated, delayed, shuffled or
   * dropped. It never throws, because a provider goes on even if the merchant does not answer.
   */
  deliver(webhook: Webhook): void {
    const { duplicates, drop_rate: dropRate, shuffle } = this.#misbehaviour
    for (let copy = 0; copy <= duplicates; copy++) {
      if (dropRate > 0 && Math.random() < dropRate) continue
      if (shuffle) this.#holdBack(webhook)
      else this.#start(webhook)
    }
  }

  #holdBack(webhook: Webhook): void {
    this.#held.push(webhook)
    if (this.#held.length >= SHUFFLE_BATCH) this.#releaseHeld()
    else if (this.#held.length === 1) this.#schedule.after(SHUFFLE_WAIT_MS, () => this.#releaseHeld())
  }

  #releaseHeld(): void {
    const batch = this.#held.map((webhook) => ({ webhook, order: Math.random() }))
    this.#held = []
    batch.sort((a, b) => a.order - b.order)
    // The webhooks of a shuffled batch are sent a few milliseconds apart, so that they also arrive in the
    // random order.
    for (const [index, { webhook }] of batch.entries()) this.#start(webhook, index * 3)
  }

  #start(webhook: Webhook, laterMs = 0): void {
    const wait = this.#misbehaviour.delay_ms + laterMs
    if (wait > 0) this.#schedule.after(wait, () => void this.#attempt(webhook, 0))
    else void this.#attempt(webhook, 0)
  }

  async #attempt(webhook: Webhook, retry: number): Promise<void> {
    const done = this.#schedule.begin()
    const generation = this.#generation
    const outcome = await this.#post(webhook)
    const wait = RETRY_AFTER_MS[retry]
    if (outcome === 'refused' && wait !== undefined && generation === this.#generation)
      this.#schedule.after(wait, () => void this.#attempt(webhook, retry + 1))
    done()
  }

  #post(webhook: Webhook): Promise<Outcome> {
    const target = URL.parse(this.#baseUrl + webhook.path)
    if (target?.protocol !== 'http:') return Promise.resolve('refused')
    return new Promise((resolve) => {
      const sent = request(target, {
        method: 'POST',
        agent: this.#agent,
        timeout: TIMEOUT_MS,
        headers: {
          'content-type': 'application/json',
          ...webhook.headers,
          'content-length': Buffer.byteLength(webhook.body),
        },
      })
      this.#underWay.add(sent)
      const end = (outcome: Outcome) => {
        this.#underWay.delete(sent)
        resolve(outcome)
      }
      sent.on('timeout', () => {
        end('timed_out')
        sent.destroy()
      })
      sent.on('error', () => end('refused'))
      sent.on('response', (answer) => {
        const status = answer.statusCode ?? 0
        answer.resume()
        answer.on('close', () => end(status >= 200 && status < 300 ? 'accepted' : 'refused'))
      })
      sent.end(webhook.body)
    })
  }

  /**
   * Forgets the webhooks that still wait to be sent, breaks off the deliveries under way, and ends the
   * misbehaviour.
   */
  clear(): void {
    this.#generation += 1
    this.#misbehaviour = WELL_BEHAVED
    this.#held = []
    for (const sent of [...this.#underWay]) sent.destroy()
  }

  close(): void {
    this.clear()
    this.#agent.destroy()
  }
}
