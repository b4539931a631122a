import type { Transaction } from 'kysely'
import type { Actor } from './actor.ts'
import type { AttentionKind } from './attention-kinds.ts'
import type { NewEvent } from './events.ts'
import type { IdempotencyKey, StoredAnswer } from './idempotency/idempotency.ts'
import type { Policy } from './policy.ts'
import type { DB } from './schema.ts'
import type { Vault } from './vault.ts'

/**
 * The type of a database transaction. Functions take a transaction, never a pool, so that the compiler
 * refuses a write outside a transaction.
 */
export type Tx = Transaction<DB>

export interface AuditEntry {
  command: string
  subject: readonly [kind: string, id: string]
  before?: unknown
  after?: unknown
}

/** An item that a person must look at, with the command that fixes its cause. */
export interface AttentionItem {
  kind: AttentionKind
  subject: [kind: string, id: string]
  message: string
  command: string
  details?: Record<string, unknown>
}

/**
 * A ledger transaction as it was posted, for the report of what a use case did (or, in a dry run, would do).
 */
export interface PostedTransaction {
  key: string
  kind: string
  entries: { account: string; amountIdr: number }[]
}

/**
 * The unit of work: one database transaction, one instant, one actor. Its events, audit entries, attention
 * items and answers are written at the end, in the same transaction as the change itself.
 */
export interface Work {
  readonly tx: Tx
  readonly now: Date
  readonly actor: Actor
  readonly policy: Policy
  readonly vault: Vault
  /**
   * The id of the request, which connects an answer with the logs and the audit log; null if there was no
   * request.
   */
  readonly requestId: string | null
  emit(...events: NewEvent[]): void
  /**
   * Does one step of several. A step that throws is undone alone: its rows, events, audit entries, attention
   * items and answers. The caller gets its error and goes on. A deadlock or a lost connection ends all.
   */
  attempt<T>(step: () => Promise<T>): Promise<{ done: T } | { error: unknown }>
  audit(entry: AuditEntry): void
  requestAttention(...items: AttentionItem[]): void
  /**
   * Stores the answer to a request. Its idempotency key was looked up (`findAnswers`) and not claimed,
   * because the work itself can happen only once. If another request is answered under the key meanwhile,
   * this transaction rolls back, runs again, and finds that answer.
   */
  answer(key: IdempotencyKey, answer: StoredAnswer): void
  /** Adds to the report a row of the audit log that the database wrote itself. */
  audited(entry: AuditEntry): void
  /** Adds a ledger transaction to the report; only the ledger calls it. */
  posted(transaction: PostedTransaction): void
}
