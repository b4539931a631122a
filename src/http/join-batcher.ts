import {
  type Join,
  type JoinOutcome,
  type JoinSettings,
  joinSessions,
  usesWallet,
} from '../domain/group-buying/index.ts'
import type { Actor, StoredAnswer } from '../domain/kernel/index.ts'
import { withRate } from '../domain/logistics/index.ts'
import type { Laku } from '../runtime/laku.ts'
import { Batcher } from './batcher.ts'

const systemActor: Actor = { kind: 'system', name: 'door' }

// The batch size was measured on two cores shared with PostgreSQL. Batches of 64 processed 1,900 to 2,700
// joins a second on one session, and 2,300 to 3,500 over 1,000 sessions. Batches of 128 processed 1,850 to
// 3,060 on one session, but each join waited twice as long. So the size is 64.
const MAX_BATCH = 64
const WAIT_MS = 2

/**
 * Runs the joins of all sessions in batches. If a join's parcel has no cached shipping fee, the fee is asked
 * for first.
 */
export class JoinBatcher {
  readonly #laku: Laku
  readonly #settings: JoinSettings
  readonly #batcher: Batcher<Join, JoinOutcome>

  constructor(laku: Laku) {
    this.#laku = laku
    this.#settings = { originPostalCode: laku.config.warehousePostalCode, publicUrl: laku.config.publicUrl }
    this.#batcher = new Batcher({ run: (joins) => this.#run(joins), maxBatch: MAX_BATCH, waitMs: WAIT_MS })
  }

  /** Resolves when the buyer has joined the session. Throws the error for which the join was refused. */
  join(join: Join): Promise<StoredAnswer> {
    const { unitOfWork, providers } = this.#laku
    const context = { unitOfWork, actor: systemActor, courier: providers.courier, asker: join.customerId }
    return withRate(context, (rate) => this.#try(rate ? { ...join, rate } : join))
  }

  async close(): Promise<void> {
    await this.#batcher.close()
  }

  /**
   * Tries a join once. If the wallet pays it, in full or in part, the join has a transaction of its own.
   * There the join and the wallet's payment succeed or fail together.
   */
  async #try(join: Join): Promise<StoredAnswer> {
    const outcome = usesWallet(join) ? (await this.#run([join]))[0] : await this.#batcher.add(join)
    if (!outcome?.ok) throw outcome?.error
    return outcome.answer
  }

  #run(joins: Join[]): Promise<JoinOutcome[]> {
    return this.#laku.unitOfWork.run(systemActor, (work) => joinSessions(work, joins, this.#settings))
  }
}
