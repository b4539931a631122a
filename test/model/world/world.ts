import { expect } from 'vitest'
import { approveBankAccount, setBankAccount } from '../../../src/domain/factory/index.ts'
import type { SessionView } from '../../../src/domain/group-buying/index.ts'
import { DomainError, type Work } from '../../../src/domain/kernel/index.ts'
import { giveGoodwill } from '../../goodwill.ts'
import type { TestLaku } from '../../laku.ts'
import { type Buyer, Market } from '../../market.ts'
import { budi, sinta } from '../../settlements.ts'
import { BUYERS, type Command, type Terms } from '../commands.ts'
import { GIFT_IDR, ORDER_INVOICE_S, RETURN_WINDOW_S, SESSION_S } from '../model/figures.ts'
import { type Model, pick } from '../model/model.ts'
import type { Order } from '../model/orders.ts'
import { brokenNow, brokenSeals } from '../quick-checks.ts'
import type { Acts } from './acts.ts'
import { Courier } from './courier.ts'
import { expectationOf, look, lookFrom } from './look.ts'
import { moneyActs } from './money-acts.ts'
import { orderActs } from './order-acts.ts'
import { PayoutBook } from './payout-book.ts'
import { RefundBook } from './refund-book.ts'
import { sessionActs, sweep } from './session-acts.ts'

/** Times that are short enough for a history, and limits that its sums do not reach. */
export const policy = {
  orderInvoiceHours: ORDER_INVOICE_S / 3600,
  returnWindowDays: RETURN_WINDOW_S / 86_400,
  settlementAfterDays: 0,
  newDestinationHours: 0,
  bankCoolingOffHours: 0,
  withdrawalApprovalAboveIdr: 100_000,
}

// The seconds between two commands, so that the order of payments is clear.
const TICK_S = 1

const acts: Acts<Command['do']> = { ...sessionActs, ...orderActs, ...moneyActs }

/** The shop of the model in laku. Its objects are in the same order as the model's. */
export class World {
  readonly refundBook = new RefundBook()
  readonly payoutBook = new PayoutBook()
  readonly courier = new Courier()
  readonly payments: { id: string; amountIdr: number; participantId?: string }[] = []
  readonly withdrawals: string[] = []
  /** The ids of direct orders that the model does not know yet. */
  readonly placed: string[] = []
  readonly #orderIds = new Map<Order, string>()
  readonly laku: TestLaku
  readonly market: Market
  readonly buyers: readonly Buyer[]
  readonly sessions: readonly SessionView[]
  readonly #since: number

  private constructor(market: Market, buyers: Buyer[], sessions: SessionView[], since: number) {
    this.laku = market.laku
    this.market = market
    this.buyers = buyers
    this.sessions = sessions
    this.#since = since
  }

  static async open(laku: TestLaku, terms: readonly Terms[]): Promise<World> {
    const market = await Market.open(laku)
    const buyers = await market.buyers(BUYERS)
    const account = { channelCode: 'ID_CIMB', accountNumber: '131313', accountHolderName: 'PT Uji' }
    const { factoryId } = market
    const { id } = await laku.as(sinta, (work) => setBankAccount(work, { factoryId, ...account }))
    await laku.as(budi, (work) => approveBankAccount(work, { factoryId, account: id }))
    const since = await laku.system(lookFrom)
    await laku.system((work) => give(work, buyers[0] as Buyer))
    const sessions: SessionView[] = []
    for (const { room, ...rest } of terms) {
      const session = { ...rest, capacity: rest.moq + room, endsInS: SESSION_S }
      sessions.push(await market.session(session))
    }
    return new World(market, buyers, sessions, since)
  }

  /**
   * Carries out a command in laku. Returns the code of the refusal, or `ok`. The model tells which object
   * `nth` means.
   */
  async take<C extends Command>(command: C, model: Model): Promise<string> {
    const act = acts[command.do] as (world: World, command: C, model: Model) => Promise<unknown>
    const outcome = await outcomeOf(() => act(this, command, model))
    this.laku.clock.shift(TICK_S)
    return outcome
  }

  sessionId(nth: number): string {
    return (pick(this.sessions, nth) as SessionView).id
  }

  buyer(nth: number): Buyer {
    return pick(this.buyers, nth) as Buyer
  }

  async orderId(order: Order): Promise<string> {
    const known = this.#orderIds.get(order)
    if (known) return known
    const found = order.place ? await this.#orderOfPlace(order) : this.placed.shift()
    if (!found) throw new Error('the model has an order that laku has not')
    this.#orderIds.set(order, found)
    return found
  }

  async #orderOfPlace(order: Order): Promise<string | undefined> {
    const { participantId } = this.payments[order.payments[0]?.rank ?? -1] ?? {}
    const row = await this.laku.db
      .selectFrom('orders')
      .select('id')
      .where('participantId', '=', participantId as string)
      .executeTakeFirst()
    return row?.id
  }

  /**
   * Ends all sessions and lets everything under way arrive, so that nothing of this history affects the next
   * one.
   */
  async end(model: Model): Promise<void> {
    const { laku } = this
    const finish = async (command: Command) => void (await this.take(command, model))
    await finish({ do: 'send', answer: 'succeeded' })
    laku.clock.shift(2 * SESSION_S)
    await sweep(this)
    await finish({ do: 'send', answer: 'succeeded' })
    await finish({ do: 'payouts', answer: 'succeeded' })
    expect(await laku.system(brokenSeals)).toEqual([])
  }

  /** Compares laku with the model and checks all invariants, in one snapshot. */
  async compare(model: Model): Promise<void> {
    const orders: string[] = []
    for (const order of model.orders.all) orders.push(await this.orderId(order))
    const { seen, wrong } = await this.laku.system(async (work) => ({
      seen: await look(work, this, { orders, since: this.#since }),
      wrong: await brokenNow(work),
    }))
    expect(wrong).toEqual([])
    expect(seen).toEqual(expectationOf(model))
    expect(this.refundBook.sentBackIdr).toBe(model.payments.sentBackIdr)
  }
}

async function give(work: Work, { id }: Buyer): Promise<void> {
  await giveGoodwill(work, id, GIFT_IDR)
}

async function outcomeOf(act: () => Promise<unknown>): Promise<string> {
  try {
    await act()
    return 'ok'
  } catch (error) {
    if (error instanceof DomainError) return error.code
    throw error
  }
}
