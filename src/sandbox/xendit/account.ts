import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { xenditError } from './errors.ts'
import type { Invoice } from './invoices.ts'
import type { Payout } from './payouts.ts'
import type { Refund } from './refunds.ts'
import type { Transaction } from './transactions.ts'

/** The outcomes that a test has chosen for future refunds and payouts. */
export interface Outcomes {
  refund: { outcome: 'SUCCEEDED' | 'FAILED' | 'PENDING'; failure_code?: string }
  payout: { outcome: 'ACCEPTED' | 'SUCCEEDED' | 'FAILED' | 'REVERSED'; failure_code?: string }
}

/** One merchant's account at the provider, with all its records. */
export class XenditAccount {
  readonly businessId = randomBytes(12).toString('hex')
  /** All invoices in order of creation; the other lists of this account have this order too. */
  invoices: Invoice[] = []
  invoicesById = new Map<string, Invoice>()
  invoicesByExternalId = new Map<string, Invoice[]>()
  /** The paid invoices, each under two keys: the `payment_id` and the `payment_request_id` of its payment. */
  invoicesByPayment = new Map<string, Invoice>()
  /** The invoices that can still expire. */
  pendingInvoices = new Set<Invoice>()
  refunds: Refund[] = []
  refundsById = new Map<string, Refund>()
  refundsByInvoice = new Map<string, Refund[]>()
  payouts: Payout[] = []
  payoutsById = new Map<string, Payout>()
  payoutsByReference = new Map<string, Payout[]>()
  transactions: Transaction[] = []
  /** The index of each transaction in the list of transactions, by the transaction's id. */
  transactionIndex = new Map<string, number>()
  transactionsByProduct = new Map<string, Transaction>()
  /**
   * The merchant's own money in the account, from before the first transaction (IDR). It can be spent in
   * addition to the settled payments.
   */
  floatIdr: number
  outcomes: Outcomes = { refund: { outcome: 'SUCCEEDED' }, payout: { outcome: 'SUCCEEDED' } }
  #answered = new Map<string, { body: unknown; answer: object; atMs: number }>()
  #keysTtlMs = Number.POSITIVE_INFINITY
  readonly #now: () => Date
  readonly #floatIdr: number

  constructor(now: () => Date, floatIdr = 0) {
    this.#now = now
    this.#floatIdr = floatIdr
    this.floatIdr = floatIdr
  }

  /**
   * Makes the account forget each idempotency key this many seconds after the first request with the key.
   * Without a number, no key is forgotten.
   */
  forgetKeysAfter(seconds: number | undefined): void {
    this.#keysTtlMs = seconds === undefined ? Number.POSITIVE_INFINITY : seconds * 1000
  }

  /**
   * Answers a request once per idempotency key. The same key and body get the first answer again; another
   * body under the key is refused with 409 DUPLICATE_ERROR. A request that failed leaves its key free, and a
   * request with a forgotten key is carried out again.
   */
  once<Answer extends object>(key: string | undefined, body: unknown, act: () => Answer): Answer | object {
    if (key === undefined) return act()
    const before = this.#answered.get(key)
    const atMs = this.#now().getTime()
    if (!before || before.atMs + this.#keysTtlMs <= atMs) {
      const answer = structuredClone(act())
      this.#answered.set(key, { body, answer, atMs })
      return answer
    }
    if (isDeepStrictEqual(before.body, body)) return before.answer
    throw xenditError(
      409,
      'DUPLICATE_ERROR',
      'Idempotency key has been used before with a different request body',
    )
  }

  /** Returns true if a request under this idempotency key was accepted before, and the key is still known. */
  knows(key: string | undefined): boolean {
    const before = key === undefined ? undefined : this.#answered.get(key)
    return before !== undefined && before.atMs + this.#keysTtlMs > this.#now().getTime()
  }

  clear(): void {
    this.invoices = []
    this.refunds = []
    this.payouts = []
    this.transactions = []
    for (const index of [
      this.invoicesById,
      this.invoicesByExternalId,
      this.invoicesByPayment,
      this.pendingInvoices,
      this.refundsById,
      this.refundsByInvoice,
      this.payoutsById,
      this.payoutsByReference,
      this.transactionIndex,
      this.transactionsByProduct,
      this.#answered,
    ])
      index.clear()
    this.outcomes = { refund: { outcome: 'SUCCEEDED' }, payout: { outcome: 'SUCCEEDED' } }
    this.floatIdr = this.#floatIdr
    this.forgetKeysAfter(undefined)
  }
}

/** Appends an item to the list that a map keeps under a key. */
export function appendTo<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  const list = lists.get(key)
  if (list) list.push(item)
  else lists.set(key, [item])
}
