import type { Kysely } from 'kysely'
import type { Actor } from './actor.ts'
import type { Clock } from './clock.ts'
import type { Choreography, NewJob } from './event-reactions.ts'
import type { Policy } from './policy.ts'
import type { DB } from './schema.ts'
import type { Vault } from './vault.ts'
import type { AttentionItem, AuditEntry, PostedTransaction, Tx, Work } from './work.ts'

export interface UnitOfWorkOptions {
  db: Kysely<DB>
  clock: Clock
  /** Returns the time at which a transaction began, by the database's clock. */
  beganAt: (tx: Tx) => Promise<Date>
  /**
   * Loads the choreography (what follows each event) before the first transaction that may write. It is
   * loaded late because it loads the whole domain, and a transaction that only reads does not need it.
   */
  choreography: () => Promise<Choreography>
  /** Writes jobs to the job queue, in the given transaction. */
  enqueue: (tx: Tx, jobs: NewJob[]) => Promise<void>
  /** The functions that write the audit log and the attention items. */
  records: WorkRecords
  policy: Policy
  vault: Vault
}

/**
 * The functions that write audit entries and attention items. The kernel gets them from the domain that owns
 * these tables (ADR 0113).
 */
export interface WorkRecords {
  writeAudit: (work: Work, entries: readonly AuditEntry[]) => Promise<void>
  writeAttention: (work: Work, items: readonly AttentionItem[]) => Promise<void>
}

/**
 * A list of everything that a use case wrote beside its own rows: events, postings, audit entries, attention
 * items and jobs. In a dry run, it lists what the use case would have written.
 */
export interface WorkReport {
  events: { type: string; aggregateKind: string; aggregateId: string; payload: unknown }[]
  postings: PostedTransaction[]
  audit: AuditEntry[]
  attention: AttentionItem[]
  jobs: { name: string; count: number }[]
}

export interface RunOptions {
  requestId?: string
}

/** A use case and its actor. A dry run executes several use cases one after another. */
export interface DryUse<T> {
  actor: Actor
  use: (work: Work) => Promise<T>
}

export type DryOutcome<T> = { result: T; report: WorkReport } | { error: unknown }
