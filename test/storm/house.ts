import { sql } from 'kysely'
import { approveBankAccount, setBankAccount } from '../../src/domain/factory/index.ts'
import { type Actor, type DB, newId, type Work } from '../../src/domain/kernel/index.ts'
import { adjustWallet } from '../../src/domain/wallet/index.ts'
import { admin, system, type TestLaku } from '../laku.ts'
import { type Buyer, Market } from '../market.ts'
import { SESSION_S } from '../model/model/figures.ts'
import { Courier } from '../model/world/courier.ts'
import { PayoutBook } from '../model/world/payout-book.ts'
import { RefundBook } from '../model/world/refund-book.ts'
import { budi, sinta } from '../settlements.ts'

const BUYERS = 6
/**
 * The number of sessions that are forming at any time. It is small, so that several buyers want the same
 * session.
 */
const SESSIONS = 2
/** Objects are picked among this many newest ones, because older ones are finished. */
const LAST = 12

export const staff = { ...admin, reason: 'a storm' } as Actor

/** One shop in which everybody acts at once: few buyers, few pieces, the same sessions and orders. */
export class House {
  readonly refundBook = new RefundBook()
  readonly payoutBook = new PayoutBook()
  readonly courier = new Courier()
  readonly laku: TestLaku
  readonly market: Market
  readonly buyers: readonly Buyer[]
  #seed: number

  private constructor(market: Market, buyers: Buyer[], seed: number) {
    this.laku = market.laku
    this.market = market
    this.buyers = buyers
    this.#seed = seed
  }

  static async open(laku: TestLaku, seed: number): Promise<House> {
    const market = await Market.open(laku)
    const house = new House(market, await market.buyers(BUYERS), seed)
    const account = { channelCode: 'ID_CIMB', accountNumber: '131313', accountHolderName: 'PT Uji' }
    const { factoryId } = market
    await laku.as(sinta, (work) => setBankAccount(work, { factoryId, ...account }))
    await laku.as(budi, (work) => approveBankAccount(work, { factoryId }))
    for (const { id: userId } of house.buyers)
      await house.asStaff((work) =>
        adjustWallet(work, { userId, changeIdr: 300_000, kind: 'goodwill', reason: 'a gift' }),
      )
    return house
  }

  /** Makes sure that there are sessions to join and pieces to buy. */
  async refresh(): Promise<void> {
    const { rows } = await sql`select from group_buying_sessions where status = 'forming'`.execute(
      this.laku.db,
    )
    for (let more = rows.length; more < SESSIONS; more++)
      await this.market.session({ moq: 2, capacity: 5, endsInS: SESSION_S, perUserLimit: 3 })
    await this.market.addStock(4)
  }

  /** Returns a whole number from 0 on, below the limit. */
  random(below: number): number {
    // A linear congruential generator with the constants of Numerical Recipes.
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((this.#seed / 2 ** 32) * below)
  }

  oneOf<T>(all: readonly T[]): T {
    return all[this.random(all.length)] as T
  }

  buyer(): Buyer {
    return this.oneOf(this.buyers)
  }

  /** Returns the id of one of the newest rows in one of these states; an unknown id if there is none. */
  async row(table: keyof DB & string, ...statuses: string[]): Promise<string> {
    const wanted = statuses.length === 0 ? sql`true` : sql`status = any(${statuses})`
    const { rows } = await sql<{ id: string }>`
      select id from ${sql.table(table.replace(/[A-Z]/g, (text) => `_${text.toLowerCase()}`))} where ${wanted} order by id desc limit ${LAST}`.execute(
      this.laku.db,
    )
    return rows.length === 0 ? newId() : this.oneOf(rows).id
  }

  asStaff<T>(use: (work: Work) => Promise<T>): Promise<T> {
    return this.laku.as(staff, use)
  }

  get context() {
    return { units: this.laku.units, actor: system }
  }
}
