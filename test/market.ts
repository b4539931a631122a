import { expect } from 'vitest'
import {
  type ClosePolicy,
  confirmParticipants,
  createSession,
  getSession,
  groupBuyingChecks,
  type Join,
  type JoinAnswer,
  type JoinOutcome,
  joinSessions,
  leaveSession,
  markParticipantsRefunded,
  type NewTier,
  releaseHolds,
  resumeWaiting,
  type SessionView,
} from '../src/domain/group-buying/index.ts'
import {
  type Actor,
  type Choreography,
  fromWire,
  insertRows,
  newId,
  runChecks,
  secondsAfter,
  type Work,
} from '../src/domain/kernel/index.ts'
import { balanceIdr, ledgerChecks, walletAccount } from '../src/domain/ledger/index.ts'
import {
  confirmPayments,
  expirePayments,
  freeParts,
  refundSessionPayments,
} from '../src/domain/payment/index.ts'
import { adjustStock } from '../src/domain/warehouse/index.ts'
import { admin, type TestLaku } from './laku.ts'

export const rate = {
  company: 'jne',
  type: 'reg',
  service: 'REG',
  priceIdr: 10_000,
  duration: '2 - 3 days',
  source: 'cache',
} as const
export const joinSettings = { originPostalCode: '13960', publicUrl: 'http://laku.test' }

/**
 * The entries of the choreography that group buying needs, without jobs. Tests of this domain need no others.
 */
export const groupChoreography: Partial<Choreography> = {
  'payment.paid': { reactions: [confirmParticipants] },
  'payment.expired': { reactions: [releaseHolds, freeParts] },
  'refund.succeeded': { reactions: [markParticipantsRefunded] },
  'stock.added': { reactions: [resumeWaiting] },
  'session.failed': {
    reactions: [
      async (work, events) =>
        void (await refundSessionPayments(
          work,
          events.map((e) => e.payload.sessionId),
          'session_failed',
        )),
    ],
  },
  'session.cancelled': {
    reactions: [
      async (work, events) =>
        void (await refundSessionPayments(
          work,
          events.map((e) => e.payload.sessionId),
          'session_cancelled',
        )),
    ],
  },
}

export interface Buyer {
  id: string
  addressId: string
}

export interface SessionTerms {
  moq?: number
  capacity?: number
  perUserLimit?: number
  closePolicy?: ClosePolicy
  tiers?: NewTier[]
  startsAt?: Date
  endsInS?: number
  status?: 'draft'
  productId?: string
}

/**
 * A small world for tests: a factory with one product of two variants, buyers with addresses, and the acts of
 * these buyers.
 */
export class Market {
  readonly factoryId = newId()
  readonly productId = newId()
  readonly variantId = newId()
  readonly otherVariantId = newId()
  readonly laku: TestLaku

  private constructor(laku: TestLaku) {
    this.laku = laku
  }

  static async open(laku: TestLaku): Promise<Market> {
    const market = new Market(laku)
    await laku.system((work) => market.#build(work))
    return market
  }

  async #build(work: Work): Promise<void> {
    const at = { createdAt: work.now, updatedAt: work.now }
    await insertRows(work.tx, 'factories', [
      {
        id: this.factoryId,
        name: 'Pabrik Uji',
        phone: '+628110000001',
        city: 'Bandung',
        province: 'Jawa Barat',
        postalCode: '40111',
        verification: 'verified',
        status: 'active',
        commissionBps: 500,
        ...at,
      },
    ])
    const product = { id: this.productId, factoryId: this.factoryId, name: 'Kaos', status: 'active', ...at }
    await insertRows(work.tx, 'products', [product])
    await insertRows(
      work.tx,
      'productVariants',
      [this.variantId, this.otherVariantId].map((id, i) => ({
        id,
        productId: this.productId,
        sku: i === 0 ? this.sku : this.otherSku,
        name: i === 0 ? 'M' : 'L',
        weightG: 250,
        priceIdr: 60_000,
        wholesaleUnit: 1,
        maxExcessUnits: 0,
        createdAt: work.now,
      })),
    )
  }

  get sku(): string {
    return `SKU-${this.variantId.slice(-12).toUpperCase()}`
  }

  get otherSku(): string {
    return `SKU-${this.otherVariantId.slice(-12).toUpperCase()}`
  }

  /** Sets the bundle size of both variants, and how many excess pieces the warehouse accepts. */
  async bundles(terms: { wholesaleUnit: number; maxExcessUnits: number }): Promise<void> {
    await this.laku.db
      .updateTable('productVariants')
      .set(terms)
      .where('productId', '=', this.productId)
      .execute()
  }

  async buyers(count: number): Promise<Buyer[]> {
    const buyers = Array.from({ length: count }, () => ({ id: newId(), addressId: newId() }))
    await this.laku.system(async (work) => {
      const at = { createdAt: work.now }
      await insertRows(
        work.tx,
        'users',
        buyers.map(({ id }) => ({
          id,
          phone: phoneOf(id),
          name: 'Budi',
          locale: 'id',
          status: 'active',
          ...at,
          updatedAt: work.now,
        })),
      )
      await insertRows(
        work.tx,
        'addresses',
        buyers.map(({ id, addressId }) => ({
          id: addressId,
          userId: id,
          label: 'rumah',
          recipientName: 'Budi',
          phone: '+628120000001',
          street: 'Jl. Melati 1',
          district: 'Coblong',
          city: 'Bandung',
          province: 'Jawa Barat',
          postalCode: '40132',
          isDefault: true,
          ...at,
        })),
      )
    })
    return buyers
  }

  async session(terms: SessionTerms = {}): Promise<SessionView> {
    const { endsInS = 24 * 3600, moq = 3, tiers = [{ minUnits: 1, unitPriceIdr: 50_000 }], ...rest } = terms
    const endsAt = secondsAfter(this.laku.clock.now(), endsInS)
    return await this.laku.as(admin, (work) =>
      createSession(work, { productId: this.productId, moq, tiers, endsAt, ...rest }),
    )
  }

  see(sessionId: string): Promise<SessionView> {
    return this.laku.system((work) => getSession(work.tx, sessionId, { withDrafts: true }))
  }

  /** Returns the join that a route would make, with its shipping fee. */
  joinOf(buyer: Buyer, sessionId: string, quantity = 1, more: Partial<Join> = {}): Join {
    const items = [{ variantId: this.variantId, quantity }]
    return { customerId: buyer.id, sessionId, items, addressId: buyer.addressId, rate, ...more }
  }

  joinAll(joins: Join[]): Promise<JoinOutcome[]> {
    return this.laku.system((work) => joinSessions(work, joins, joinSettings))
  }

  /** Joins a session. Throws the error for which the join was refused. */
  async join(buyer: Buyer, sessionId: string, quantity = 1, more: Partial<Join> = {}): Promise<JoinAnswer> {
    const [outcome] = await this.joinAll([this.joinOf(buyer, sessionId, quantity, more)])
    return answerOf(outcome)
  }

  /**
   * Confirms payments as paid by virtual account. A virtual account accepts no refunds, so refunds go to the
   * wallet.
   */
  async pay(...paymentIds: string[]): Promise<string[]> {
    const outcomes = await this.laku.system(async (work) => {
      const rows = await work.tx
        .selectFrom('payments')
        .select(['id', 'amountIdr', 'walletIdr'])
        .where('id', 'in', paymentIds)
        .execute()
      return await confirmPayments(
        work,
        rows.map(({ id, amountIdr, walletIdr }) => ({
          paymentId: id,
          paidAmountIdr: amountIdr - walletIdr,
          paidAt: work.now,
          channel: 'BCA',
          invoiceId: `invoice-${id}`,
        })),
      )
    })
    return outcomes.map((outcome) => outcome.outcome)
  }

  expire(...paymentIds: string[]): Promise<string[]> {
    return this.laku.system((work) => expirePayments(work, paymentIds))
  }

  leave(buyer: Buyer, sessionId: string) {
    const actor: Actor = { kind: 'customer', id: buyer.id }
    return this.laku.as(actor, (work) => leaveSession(work, { sessionId }))
  }

  async joinAndPay(buyers: Buyer[], sessionId: string, quantity = 1): Promise<JoinAnswer[]> {
    const outcomes = await this.joinAll(buyers.map((buyer) => this.joinOf(buyer, sessionId, quantity)))
    const answers = outcomes.map(answerOf)
    await this.pay(...answers.map((answer) => answer.payment.id))
    return answers
  }

  addStock(change: number, variantId = this.variantId): Promise<unknown> {
    return this.laku.as(admin, (work) => adjustStock(work, { variantId, change, reason: 'counted' }))
  }

  /** Returns the status of a participation: `held`, `paid`, … */
  async statusOf(participantId: string): Promise<string | undefined> {
    const row = await this.laku.db
      .selectFrom('groupParticipants')
      .select('status')
      .where('id', '=', participantId)
      .executeTakeFirst()
    return row?.status
  }

  walletOf(buyer: Buyer): Promise<number> {
    return this.laku.system((work) => balanceIdr(work.tx, walletAccount(buyer.id)))
  }

  /** Checks all invariants in one snapshot of the database. */
  async expectAllTrue(): Promise<void> {
    const results = await this.laku.system((work) =>
      runChecks([...groupBuyingChecks, ...ledgerChecks], work.tx, work.vault),
    )
    expect(results.filter((result) => !result.ok)).toEqual([])
  }

  async eventsOf(aggregateId: string): Promise<string[]> {
    const rows = await this.laku.db
      .selectFrom('events')
      .select('type')
      .where('aggregateId', '=', aggregateId)
      .orderBy('id')
      .execute()
    return rows.map((row) => row.type)
  }
}

/** Returns a mobile number for a buyer, made of the last digits of their id. */
const phoneOf = (id: string) =>
  `+6281${(Number.parseInt(id.slice(-12), 16) % 1e10).toString().padStart(10, '0')}`

/** Returns the answer to a join with the domain's field names and with instants as text. */
export function answerOf(outcome: JoinOutcome | undefined): JoinAnswer {
  if (!outcome?.ok) throw outcome?.error ?? new Error('no outcome')
  return fromWire(outcome.answer.body) as JoinAnswer
}

export const codeOf = (outcome: JoinOutcome | undefined): string =>
  outcome?.ok ? 'ok' : outcome && 'code' in outcome.error ? outcome.error.code : String(outcome?.error)
