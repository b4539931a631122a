import {
  type Join,
  type JoinOutcome,
  type JoinSettings,
  joinSessions,
  type MissingQuote,
} from '../domain/group-buying/index.ts'
import { type Actor, DomainError, type StoredAnswer } from '../domain/kernel/index.ts'
import { fetchRates, type Rate, zoneRate } from '../domain/logistics/index.ts'
import type { Laku } from '../runtime/laku.ts'
import { Gatherer } from './gatherer.ts'

const door: Actor = { kind: 'system', name: 'door' }

// Measured on two cores: larger batches add waiting and no speed.
const MAX_BATCH = 64
const WAIT_MS = 2

/** Where joins of all sessions come in: gathered, and with a shipping fee for those whose parcel has no cached one. */
export class JoinDoor {
  readonly #laku: Laku
  readonly #settings: JoinSettings
  readonly #gatherer: Gatherer<Join, JoinOutcome>

  constructor(laku: Laku) {
    this.#laku = laku
    this.#settings = { originPostalCode: laku.config.warehousePostalCode, publicUrl: laku.config.publicUrl }
    this.#gatherer = new Gatherer({ run: (joins) => this.#run(joins), maxBatch: MAX_BATCH, waitMs: WAIT_MS })
  }

  /** Answers when the place is taken. Throws what the join was refused for. */
  async join(join: Join): Promise<StoredAnswer> {
    let outcome = await this.#try(join)
    if (!outcome.ok && isQuoteMissing(outcome.error)) {
      const rate = await this.#askForRate(outcome.error.details as unknown as MissingQuote)
      outcome = await this.#try({ ...join, rate })
    }
    if (!outcome.ok) throw outcome.error
    return outcome.answer
  }

  async close(): Promise<void> {
    await this.#gatherer.close()
  }

  /** What a wallet pays is final or fails as a whole, so it shares its transaction with nobody. */
  async #try(join: Join): Promise<JoinOutcome> {
    if (join.paymentMethod !== 'wallet') return await this.#gatherer.add(join)
    const [outcome] = await this.#run([join])
    return outcome as JoinOutcome
  }

  #run(joins: Join[]): Promise<JoinOutcome[]> {
    return this.#laku.units.run(door, (work) => joinSessions(work, joins, this.#settings))
  }

  async #askForRate(parcel: MissingQuote): Promise<Rate> {
    const { units, policy, providers } = this.#laku
    const rates = await fetchRates({ units, actor: door, courier: providers.courier }, parcel)
    return rates[0] ?? zoneRate(policy, parcel.originPostalCode, parcel.destinationPostalCode, parcel.weightG)
  }
}

function isQuoteMissing(error: Error): error is DomainError {
  return error instanceof DomainError && error.code === 'group_buying.quote_missing'
}
