import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Attack, addressOfAttacker, attacks, type Prey } from './attacks.ts'
import { answerOrders } from './child.ts'

/** The orders that the attackers get as their first line of input. */
export interface Orders {
  port: number
  prey: Prey
  kinds: readonly string[]
  rate: number
  seconds: number
  addresses: number
}

/** The report that the attackers send at their end. */
export interface Told {
  sent: number
  /** The number of answers, by kind of attack and status. */
  answers: Record<string, number>
  /** The processor time of this process (s). */
  cpuS: number
}

/** The number of connections that a proxy keeps open to the server. */
const CONNECTIONS = 128
/**
 * The number of requests that are prepared before the measurement, and then sent in turn. So preparing them
 * costs no processor time during the measurement.
 */
const MADE_BEFORE = 10_000

interface Made {
  kind: string
  request: Buffer
}

/**
 * Sends attacks at an even rate from a process of its own, whether they are answered or not. Raw requests are
 * sent over open sockets, so that the attackers use little processor time and are not mistaken for the
 * server.
 */
async function attack({ port, prey, kinds, rate, seconds, addresses }: Orders): Promise<Told> {
  const answers: Record<string, number> = {}
  const made = Array.from({ length: Math.min(MADE_BEFORE, rate * seconds) }, (_, n): Made => {
    const kind = kinds[n % kinds.length] as string
    const make = attacks[kind] as (prey: Prey) => Attack
    const from = addressOfAttacker(Math.floor(Math.random() * addresses), addresses)
    return { kind, request: Buffer.from(textOf(make(prey), from), 'latin1') }
  })
  const idle: Line[] = []
  const waiting: Made[] = []
  const next = (line: Line): void => {
    const one = waiting.shift()
    if (one) line.ask(one)
    else idle.push(line)
  }
  const lines = Array.from({ length: CONNECTIONS }, () => new Line(port, answers, next))
  idle.push(...lines)
  let sent = 0
  const before = process.cpuUsage()
  const began = performance.now()
  while (performance.now() - began < seconds * 1_000) {
    const due = Math.floor(((performance.now() - began) / 1_000) * rate)
    for (; sent < due; sent++) {
      const one = made[sent % made.length] as Made
      const line = idle.pop()
      if (line) line.ask(one)
      else waiting.push(one)
    }
    await sleep(5)
  }
  // Requests under way get time to end. A request that still waits for a connection after half a minute
  // counts as never answered.
  for (let n = 0; n < 300 && (waiting.length > 0 || idle.length < CONNECTIONS); n++) await sleep(100)
  for (const { kind } of waiting) answers[`${kind} none`] = (answers[`${kind} none`] ?? 0) + 1
  for (const line of lines) line.end()
  const { user, system } = process.cpuUsage(before)
  return { sent, answers, cpuS: (user + system) / 1e6 }
}

// A body of 50 kB is turned into text only once.
const texts = new WeakMap<object, string>()

function bodyOf(body: unknown): string {
  if (typeof body !== 'object' || body === null) return ''
  const known = texts.get(body)
  if (known !== undefined) return known
  const text = JSON.stringify(body)
  texts.set(body, text)
  return text
}

function textOf({ method, path, headers = {}, body }: Attack, from: string): string {
  const content = bodyOf(body)
  const length = content ? `content-type: application/json\r\ncontent-length: ${content.length}\r\n` : ''
  const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\nhost: laku\r\nx-forwarded-for: ${from}\r\n${more.join('')}${length}\r\n${content}`
}

/** One connection. It sends the next request when the answer to the last one is complete. */
class Line {
  readonly #port: number
  readonly #answers: Record<string, number>
  readonly #isFree: (line: Line) => void
  #socket: Socket | undefined
  #kind = ''
  #head = ''
  /** The number of bytes of the body that have not arrived yet; undefined before the head is complete. */
  #left: number | undefined

  constructor(port: number, answers: Record<string, number>, isFree: (line: Line) => void) {
    this.#port = port
    this.#answers = answers
    this.#isFree = isFree
  }

  ask({ kind, request }: Made): void {
    this.#kind = kind
    this.#head = ''
    this.#left = undefined
    this.#socket ??= this.#open()
    this.#socket.write(request)
  }

  end(): void {
    this.#socket?.destroy()
  }

  #open(): Socket {
    const socket = connect(this.#port, '127.0.0.1')
    socket.setNoDelay(true)
    socket.on('data', (bytes) => this.#read(bytes))
    socket.on('error', () => {})
    socket.on('close', () => {
      if (this.#socket !== socket) return
      this.#socket = undefined
      if (this.#kind) this.#answered('cut off')
    })
    return socket
  }

  #read(bytes: Buffer): void {
    if (this.#left === undefined) {
      const before = this.#head.length
      this.#head += bytes.toString('latin1')
      const end = this.#head.indexOf('\r\n\r\n')
      if (end < 0) return
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(this.#head)?.[1] ?? 0)
      this.#left = length - (before + bytes.length - end - 4)
    } else this.#left -= bytes.length
    if (this.#left > 0) return
    const isOver = /\r\nconnection: close/i.test(this.#head)
    if (isOver) {
      this.#socket?.destroy()
      this.#socket = undefined
    }
    this.#answered(this.#head.slice(9, 12))
  }

  #answered(status: string): void {
    const name = `${this.#kind} ${status}`
    this.#kind = ''
    this.#answers[name] = (this.#answers[name] ?? 0) + 1
    this.#isFree(this)
  }
}

answerOrders<Orders, Told>(attack)
