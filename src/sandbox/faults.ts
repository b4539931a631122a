import { type Fields, isFields } from './fields.ts'
import { WireError } from './wire-error.ts'

/** The operations of each provider, by the names that faults and limits use. */
export const OPERATIONS = {
  xendit: [
    'createInvoice',
    'getInvoice',
    'listInvoices',
    'expireInvoice',
    'createRefund',
    'getRefund',
    'listRefunds',
    'getCharge',
    'createPayout',
    'getPayout',
    'listPayouts',
    'cancelPayout',
    'payoutChannels',
    'balance',
    'listTransactions',
    'getTransaction',
  ],
  biteship: ['rates', 'areas', 'couriers', 'createOrder', 'getOrder', 'cancelOrder', 'tracking'],
  whatsapp: ['sendMessage', 'getPhoneNumber', 'listTemplates', 'createTemplate'],
  fonnte: ['send', 'device'],
  sms: ['sendSms', 'getAccount'],
  email: ['sendEmail'],
  push: ['sendPush'],
} as const

export type Provider = keyof typeof OPERATIONS

export const FAULT_KINDS = ['refuse', 'error', 'timeout', 'commit_then_timeout', 'slow', 'garbage'] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

/** A fault of a provider: one rule of `PUT /control/faults`. */
export interface Fault {
  provider: Provider
  /** The operation of the provider that the fault hits. If it is absent, the fault hits all operations. */
  operation?: string
  kind: FaultKind
  /** The number of requests that the fault hits. If it is absent, the number is not limited. */
  times?: number
  /** The probability (0 to 1) that the fault hits a request. If it is absent, it is 1. */
  rate?: number
  /** The delay of a request that a `slow` fault hits (ms). */
  delay_ms?: number
  /** The error code that a `refuse` fault returns: the provider's own code instead of the usual one. */
  code?: string
}

export function isProvider(value: unknown): value is Provider {
  return typeof value === 'string' && Object.hasOwn(OPERATIONS, value)
}

function invalid(message: string): WireError {
  return new WireError(400, { error: message })
}

function numberIn(fields: Fields, name: string, low: number, high: number): number | undefined {
  const value = fields[name]
  if (value === undefined) return undefined
  if (typeof value !== 'number' || !(value >= low && value <= high))
    throw invalid(`${name}: a number from ${low} to ${high} is wanted, got ${JSON.stringify(value)}`)
  return value
}

function readFault(value: unknown): Fault {
  if (!isFields(value)) throw invalid('a fault is an object')
  const { provider, operation, kind, code } = value
  if (!isProvider(provider)) throw invalid(`provider: one of ${Object.keys(OPERATIONS).join(', ')} is wanted`)
  const known = FAULT_KINDS.find((candidate) => candidate === kind)
  if (!known) throw invalid(`kind: one of ${FAULT_KINDS.join(', ')} is wanted`)
  const operations: readonly string[] = OPERATIONS[provider]
  if (operation !== undefined && !operations.includes(String(operation)))
    throw invalid(`operation: ${provider} has ${operations.join(', ')}`)
  const times = numberIn(value, 'times', 1, Number.MAX_SAFE_INTEGER)
  const rate = numberIn(value, 'rate', 0, 1)
  const delayMs = numberIn(value, 'delay_ms', 0, 600_000)
  return {
    provider,
    kind: known,
    ...(operation === undefined ? {} : { operation: String(operation) }),
    ...(times === undefined ? {} : { times }),
    ...(rate === undefined ? {} : { rate }),
    ...(delayMs === undefined ? {} : { delay_ms: delayMs }),
    ...(code === undefined ? {} : { code: String(code) }),
  }
}

/**
 * The faults in force. The first fault that matches a request hits that request, and the fault's `times`
 * goes down by one.
 */
export class Faults {
  #faults: Fault[] = []

  /** Replaces all faults; throws a 400 when a fault names something that does not exist. */
  replace(body: unknown): Fault[] {
    if (!Array.isArray(body)) throw invalid('a list of faults is wanted')
    this.#faults = body.map(readFault)
    return this.#faults
  }

  clear(): void {
    this.#faults = []
  }

  /** Returns the fault that hits this request, if one does. */
  take(provider: Provider, operation: string): Fault | undefined {
    for (const fault of this.#faults) {
      if (fault.provider !== provider) continue
      if (fault.operation !== undefined && fault.operation !== operation) continue
      if (fault.rate !== undefined && Math.random() >= fault.rate) continue
      if (fault.times !== undefined) {
        fault.times -= 1
        if (fault.times === 0) this.#faults = this.#faults.filter((other) => other !== fault)
      }
      return fault
    }
    return undefined
  }
}
