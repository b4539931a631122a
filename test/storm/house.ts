import { sql } from 'kysely'
import { type Actor, type DB, newId, type Work } from '../../src/domain/kernel/index.ts'
import { giveGoodwill } from '../goodwill.ts'
import { admin, system, type TestLaku } from '../laku.ts'
import type { Buyer, Market } from '../market.ts'
import { SESSION_S } from '../model/model/figures.ts'
import { Courier } from '../model/world/courier.ts'
import { policy } from '../model/world/world.ts'
import { Dice } from '../outside/acts.ts'
import { House as World } from '../outside/house.ts'

const BUYERS = 6
/** The goodwill in each buyer's wallet at the beginning (IDR). It counts against nobody's limit. */
const GIFT_IDR = 300_000
/**
 * The number of sessions that are forming at any time. It is small, so that several buyers want the same
 * session.
 */
const SESSIONS = 2
/** Objects are picked among this many newest ones, because older ones are finished. */
const LAST = 12
/** The largest number of random numbers that an act of the outside histories uses. */
const DICE = 6

export const staff = { ...admin, reason: 'a storm' } as Actor

/** One shop in which everybody acts at once: few buyers, few pieces, the same sessions and orders. */
export class House {
  readonly courier = new Courier()
  /** The provider, bank, workers and backups of the shop. The outside histories use the same class. */
  readonly world: World
  readonly laku: TestLaku
  readonly market: Market
  readonly buyers: readonly Buyer[]
  #seed: number

  private constructor(world: World, buyers: Buyer[], seed: number) {
    this.world = world
    this.laku = world.laku
    this.market = world.shop.market
    this.buyers = buyers
    this.#seed = seed
  }

  static async open(seed: number): Promise<House> {
    const world = await World.open(policy)
    const { market } = world.shop
    const house = new House(world, await market.buyers(BUYERS), seed)
    await world.admit([market.factoryId], house.buyers)
    await house.laku.system(async (work) => {
      for (const { id } of house.buyers) await giveGoodwill(work, id, GIFT_IDR)
    })
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

  get dice(): Dice {
    return new Dice(Array.from({ length: DICE }, () => this.random(1_000)))
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
    // Orders that were inserted for settlements alone have no payment and no buyer of the storm.
    const isTheirs = table === 'orders' ? sql`user_id = any(${this.buyers.map(({ id }) => id)})` : sql`true`
    const { rows } = await sql<{ id: string }>`
      select id from ${sql.table(table.replace(/[A-Z]/g, (text) => `_${text.toLowerCase()}`))}
      where ${wanted} and ${isTheirs} order by id desc limit ${LAST}`.execute(this.laku.db)
    return rows.length === 0 ? newId() : this.oneOf(rows).id
  }

  asStaff<T>(use: (work: Work) => Promise<T>): Promise<T> {
    return this.laku.as(staff, use)
  }

  get context() {
    return { unitOfWork: this.laku.unitOfWork, actor: system }
  }
}
