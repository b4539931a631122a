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

/** An attention item: something that a person must look at, with the command that fixes its cause. */
export interface AttentionItem {
  kind: AttentionKind
  subject: [kind: string, id: string]
  message: string
  command: string
  details?: Record<string, unknown>
}

/** A ledger transaction that was posted, as the report of a use case lists it. */
export interface PostedTransaction {
  key: string
  kind: string
  entries: { account: string; amountIdr: number }[]
}

/**
 * A use case's unit of work: one database transaction, one instant, one actor. Events, audit entries,
 * attention items and answers are written at its end, in the same transaction as the change itself.
 */
export interface Work {
  readonly tx: Tx
  readonly now: Date
  readonly actor: Actor
  readonly policy: Policy
  readonly vault: Vault
  /**
   * The id of the request, which connects its answer with the logs and the audit log; null if there was none.
   */
  readonly requestId: string | null
  emit(...events: NewEvent[]): void
  /**
   * Runs one step of a unit of work. If the step throws, only its own rows, events, audit entries, attention
   * items and stored answers to requests are undone, and the caller gets the error as a value. A deadlock or
   * a lost connection ends the whole transaction.
   */
  attempt<T>(step: () => Promise<T>): Promise<{ done: T } | { error: unknown }>
  audit(entry: AuditEntry): void
  requestAttention(...items: AttentionItem[]): void
  /**
   * Stores the answer to a request at the end of the transaction. The request's idempotency key was only
   * looked up (`findAnswers`), not claimed. A claim is not needed, because the work itself can happen only
   * once.
   *
   * If a second request with the same key was answered meanwhile, this transaction rolls back, runs again,
   * and finds that answer.
   */
  answer(key: IdempotencyKey, answer: StoredAnswer): void
  /**
   * Lists an audit entry in the report of this use case (`WorkReport`). It writes nothing to the audit log,
   * because a database function has already written that entry.
   */
  audited(entry: AuditEntry): void
  /**
   * Lists a posted ledger transaction in the report of this use case (`WorkReport`). Only the ledger calls
   * this.
   */
  posted(transaction: PostedTransaction): void
}
