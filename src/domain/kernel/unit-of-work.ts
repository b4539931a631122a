import { type Kysely, sql } from 'kysely'
import type { Actor } from './actor.ts'
import { actorLabel } from './actor.ts'
import { type Clock, secondsAfter } from './clock.ts'
import { sqlState, translateDatabaseError } from './database/errors.ts'
import type { Choreography, Followers, JobName, JobPayloads, NewJob } from './event-reactions.ts'
import type { DomainEvent, EventOf, EventType, NewEvent } from './events.ts'
import type { IdempotencyKey, StoredAnswer } from './idempotency/idempotency.ts'
import { newId } from './ids.ts'
import type { Policy } from './policy.ts'
import { insertRows } from './rows.ts'
import type { DB } from './schema.ts'
import type {
  DryOutcome,
  DryUse,
  RunOptions,
  UnitOfWorkOptions,
  WorkRecords,
  WorkReport,
} from './unit-of-work-options.ts'
import type { Vault } from './vault.ts'
import type { AttentionItem, AuditEntry, PostedTransaction, Tx, Work } from './work.ts'

class DryRunEnd extends Error {}

// The longest time for which a dry run of several use cases waits for a lock (ms). The dry run also ends as
// soon as another transaction waits for one of its locks.
const DRY_LOCK_MS = 50
const DRY_MOST_MS = 5000

// The maximum number of rounds of reactions to events in one transaction. Without a maximum, reactions that
// keep emitting events would never end. The longest real chain (payment to session to orders) has 5 rounds.
const MAX_ROUNDS = 20
const MAX_ATTEMPTS = 4

/**
 * Keeps the first error of a transaction. If the database connection is lost, the rollback fails, too, and
 * its error would replace the first one.
 */
class FirstFailure {
  #first: unknown

  async in<T>(use: () => Promise<T>): Promise<T> {
    try {
      return await use()
    } catch (error) {
      this.#first = error
      throw error
    }
  }

  behind(error: unknown): unknown {
    return this.#first ?? error
  }
}

/** The SQLSTATE with which PostgreSQL refuses a write in a transaction that may only read. */
const READ_ONLY = '25006'

/**
 * The runner of use cases. Each use case gets a transaction of its own. The reactions to the events that it
 * emits run in the same transaction, before the commit.
 */
export class UnitOfWork {
  readonly #options: UnitOfWorkOptions

  constructor(options: UnitOfWorkOptions) {
    this.#options = options
  }

  get clock(): Clock {
    return this.#options.clock
  }

  get db(): Kysely<DB> {
    return this.#options.db
  }

  get policy(): Policy {
    return this.#options.policy
  }

  /**
   * Runs `use` in one transaction and returns its result. After a deadlock or a serialization failure, it
   * runs `use` again from the start. So `use` must not change variables outside of itself.
   */
  async run<T>(actor: Actor, use: (work: Work) => Promise<T>, options: RunOptions = {}): Promise<T> {
    const choreography = await this.#options.choreography()
    for (let attempt = 1; ; attempt++) {
      const failed = new FirstFailure()
      try {
        return await this.#options.db.transaction().execute((tx) =>
          failed.in(async () => {
            const work = await this.#open(tx, actor, choreography, options)
            const result = await use(work)
            await work.finish()
            return result
          }),
        )
      } catch (error) {
        const { translated, again } = translateDatabaseError(failed.behind(error))
        if (!again || attempt >= MAX_ATTEMPTS) throw translated
      }
    }
  }

  /** Runs a use case that only reads. PostgreSQL refuses its writes, and an emitted event is an error. */
  async read<T>(actor: Actor, use: (work: Work) => Promise<T>): Promise<T> {
    try {
      return await this.#options.db
        .transaction()
        .setAccessMode('read only')
        .execute(async (tx) => {
          const work = await this.#open(tx, actor)
          const result = await use(work)
          await work.finish()
          return result
        })
    } catch (error) {
      // PostgreSQL refused a write of a use case that must only read. That is a mistake in laku, not a
      // failure of the database.
      if (sqlState(error) === READ_ONLY) throw error
      throw translateDatabaseError(error).translated
    }
  }

  /**
   * Runs the use case `use` to its end, with the reactions to its events and the checks of constraints, and
   * then rolls everything back.
   */
  async dryRun<T>(actor: Actor, use: (work: Work) => Promise<T>): Promise<{ result: T; report: WorkReport }> {
    const choreography = await this.#options.choreography()
    let outcome: { result: T; report: WorkReport } | undefined
    try {
      await this.#options.db.transaction().execute(async (tx) => {
        const work = await this.#open(tx, actor, choreography)
        const result = await use(work)
        await work.finish()
        await sql`set constraints all immediate`.execute(tx)
        outcome = { result, report: work.report() }
        throw new DryRunEnd()
      })
    } catch (error) {
      if (!(error instanceof DryRunEnd)) throw translateDatabaseError(error).translated
    }
    if (!outcome) throw new Error('a dry run ended without an outcome')
    return outcome
  }

  /**
   * Runs use cases one after another in one transaction, and then rolls everything back. Each use case finds
   * the changes of those before it. If one fails, only its own changes are undone.
   *
   * The dry run ends after 5 s, or as soon as another transaction waits for one of its locks. Returns the
   * outcome of each use case that ran. The first use case always runs.
   */
  async dryRunInTurn<T>(uses: readonly DryUse<T>[]): Promise<DryOutcome<T>[]> {
    const choreography = await this.#options.choreography()
    const outcomes: DryOutcome<T>[] = []
    const startedMs = performance.now()
    try {
      await this.#options.db.transaction().execute(async (tx) => {
        await sql`select set_config('lock_timeout', ${`${DRY_LOCK_MS}ms`}, true)`.execute(tx)
        for (const { actor, use } of uses) {
          outcomes.push(await this.#dryStep(tx, actor, choreography, use))
          if (performance.now() - startedMs > DRY_MOST_MS || (await isWaitedFor(tx))) break
        }
        throw new DryRunEnd()
      })
    } catch (error) {
      if (!(error instanceof DryRunEnd)) throw translateDatabaseError(error).translated
    }
    return outcomes
  }

  async #dryStep<T>(
    tx: Tx,
    actor: Actor,
    choreography: Choreography,
    use: (work: Work) => Promise<T>,
  ): Promise<DryOutcome<T>> {
    await sql`savepoint one`.execute(tx)
    try {
      const work = await this.#open(tx, actor, choreography)
      const result = await use(work)
      await work.finish()
      await sql`set constraints all immediate`.execute(tx)
      await sql`set constraints all deferred`.execute(tx)
      return { result, report: work.report() }
    } catch (error) {
      // If the database connection is lost, this statement fails, and its error ends the dry run.
      await sql`rollback to savepoint one`.execute(tx)
      return { error: translateDatabaseError(error).translated }
    }
  }

  async #open(tx: Tx, actor: Actor, choreography?: Choreography, run?: RunOptions): Promise<OpenWork> {
    const now = this.clock.at(await this.#options.beganAt(tx))
    return new OpenWork(this.#options, { tx, now, actor }, choreography, run)
  }
}

/** Whether another connection waits for a lock that this transaction holds. */
async function isWaitedFor(tx: Tx): Promise<boolean> {
  const { rows } = await sql<{ waited: boolean }>`
    select exists (
      select from pg_locks l where not l.granted and pg_backend_pid() = any(pg_blocking_pids(l.pid))
    ) as waited`.execute(tx)
  return rows[0]?.waited ?? false
}

class OpenWork implements Work {
  readonly tx: Tx
  readonly now: Date
  readonly actor: Actor
  readonly policy: Policy
  readonly vault: Vault
  readonly #choreography: Choreography | undefined
  readonly #enqueue: UnitOfWorkOptions['enqueue']
  readonly #records: WorkRecords
  readonly requestId: string | null
  #pending: DomainEvent[] = []
  readonly #events: DomainEvent[] = []
  readonly #audit: AuditEntry[] = []
  readonly #audited: AuditEntry[] = []
  readonly #attention: AttentionItem[] = []
  readonly #answers: (IdempotencyKey & StoredAnswer)[] = []
  readonly #postings: PostedTransaction[] = []
  readonly #jobs: NewJob[] = []

  constructor(
    options: UnitOfWorkOptions,
    { tx, now, actor }: Pick<Work, 'tx' | 'now' | 'actor'>,
    choreography?: Choreography,
    run: RunOptions = {},
  ) {
    this.tx = tx
    this.now = now
    this.actor = actor
    this.policy = options.policy
    this.vault = options.vault
    this.#choreography = choreography
    this.#enqueue = options.enqueue
    this.#records = options.records
    this.requestId = run.requestId ?? null
  }

  emit(...events: NewEvent[]): void {
    for (const event of events) {
      this.#pending.push({
        id: newId(),
        type: event.type,
        aggregateKind: event.aggregate[0],
        aggregateId: event.aggregate[1],
        payload: event.payload,
        occurredAt: this.now,
        actor: event.actor ?? this.actor,
        requestId: event.requestId,
      } as DomainEvent)
    }
  }

  async attempt<T>(step: () => Promise<T>): Promise<{ done: T } | { error: unknown }> {
    const kept = [this.#pending, this.#audit, this.#audited, this.#attention, this.#answers, this.#postings]
    const lengths = kept.map((rows) => rows.length)
    await sql`savepoint attempt`.execute(this.tx)
    try {
      const done = await step()
      await sql`release savepoint attempt`.execute(this.tx)
      return { done }
    } catch (error) {
      if (translateDatabaseError(error).again) throw error
      // If the database connection is lost, this statement fails, and its error ends the whole transaction.
      await sql`rollback to savepoint attempt`.execute(this.tx)
      for (const [i, rows] of kept.entries()) rows.length = lengths[i] ?? 0
      return { error }
    }
  }

  audit(entry: AuditEntry): void {
    this.#audit.push(entry)
  }

  audited(entry: AuditEntry): void {
    this.#audited.push(entry)
  }

  requestAttention(...items: AttentionItem[]): void {
    this.#attention.push(...items)
  }

  answer(key: IdempotencyKey, answer: StoredAnswer): void {
    this.#answers.push({ ...key, ...answer })
  }

  posted(transaction: PostedTransaction): void {
    this.#postings.push(transaction)
  }

  /**
   * Runs the reactions to the emitted events until no new event is emitted. Then writes events, audit
   * entries, attention items, answers and jobs. Each kind is one statement; all are sent at the same time,
   * because none reads what another writes.
   */
  async finish(): Promise<void> {
    for (let round = 0; this.#pending.length > 0; round++) {
      if (round >= MAX_ROUNDS) throw new Error(`reactions did not come to an end: ${this.#pending[0]?.type}`)
      const batch = this.#pending
      this.#pending = []
      this.#events.push(...batch)
      for (const [type, events] of Map.groupBy(batch, (event) => event.type)) await this.#react(type, events)
    }
    await Promise.all([
      this.#writeEvents(),
      this.#records.writeAudit(this, this.#audit),
      this.#attention.length > 0 ? this.#records.writeAttention(this, this.#attention) : undefined,
      this.#writeAnswers(),
      this.#jobs.length > 0 ? this.#enqueue(this.tx, this.#jobs) : undefined,
    ])
  }

  async #react(type: EventType, events: DomainEvent[]): Promise<void> {
    if (!this.#choreography) throw new Error(`a use case that only reads emitted ${type}`)
    // The cast is needed, because TypeScript does not see that a reaction accepts the type of event under
    // which the map lists it.
    const followers = this.#choreography[type] as Followers<EventType>
    for (const reaction of followers.reactions ?? []) await reaction(this, events)
    for (const rule of followers.jobs ?? []) {
      for (const event of events) {
        const job = jobOf(rule, event)
        if (job) this.#jobs.push(job)
      }
    }
  }

  async #writeEvents(): Promise<void> {
    const rows = this.#events.map((event) => ({
      id: event.id,
      type: event.type,
      aggregateKind: event.aggregateKind,
      aggregateId: event.aggregateId,
      payload: event.payload as never,
      actor: actorLabel(event.actor),
      requestId: event.requestId ?? this.requestId,
      occurredAt: event.occurredAt,
    }))
    await insertRows(this.tx, 'events', rows)
  }

  /**
   * Writes the answers to joins under their idempotency keys; these answers contain only codes and amounts.
   * Answers of other commands are stored by `storeAnswers`, without their names and addresses.
   */
  async #writeAnswers(): Promise<void> {
    const rows = this.#answers.map(({ scope, key, requestHash, expiresInS, status, body }) => ({
      scope,
      key,
      requestHash,
      status,
      response: body as never,
      createdAt: this.now,
      expiresAt: expiresInS === undefined ? null : secondsAfter(this.now, expiresInS),
    }))
    await insertRows(this.tx, 'idempotencyKeys', rows)
  }

  report(): WorkReport {
    const jobs = Map.groupBy(this.#jobs, (job) => job.name)
    return {
      events: this.#events.map(({ type, aggregateKind, aggregateId, payload }) => ({
        type,
        aggregateKind,
        aggregateId,
        payload,
      })),
      postings: this.#postings,
      audit: [...this.#audited, ...this.#audit],
      attention: this.#attention,
      jobs: [...jobs].map(([name, all]) => ({ name, count: all.length })),
    }
  }
}

/**
 * Applies a rule of the choreography to an event. Returns the job that the event starts; undefined if the
 * event needs no job.
 */
function jobOf<T extends EventType, J extends JobName>(
  rule: { [K in J]: { job: K; data: (event: EventOf<T>) => JobPayloads[K] | undefined } }[J],
  event: EventOf<T>,
): { [K in J]: { name: K; data: JobPayloads[K] } }[J] | undefined {
  const data = rule.data(event)
  return data && { name: rule.job, data }
}
