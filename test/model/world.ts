import { sql } from 'kysely'
import { expect } from 'vitest'
import {
  cancelSession,
  checkSession,
  closeEarly,
  extendSession,
  fulfilSession,
  refundSession,
  type SessionView,
  sweepSessions,
} from '../../src/domain/group-buying/index.ts'
import { DomainError, newId, secondsAfter, type Work } from '../../src/domain/kernel/index.ts'
import {
  type AccountKey,
  balances,
  credit,
  debit,
  escrow,
  factoryAccount,
  post,
  walletAccount,
} from '../../src/domain/ledger/index.ts'
import {
  applyQuarantined,
  confirmPayments,
  refundQuarantined,
  retryRefund,
  submitRefunds,
  sweepPayments,
} from '../../src/domain/payment/index.ts'
import { openWallets } from '../../src/domain/wallet/index.ts'
import {
  cancelPurchaseOrder,
  closePurchaseOrder,
  receivePurchaseOrder,
} from '../../src/domain/warehouse/index.ts'
import { admin, system, type TestLaku } from '../laku.ts'
import { type Buyer, Market } from '../market.ts'
import { BUYERS, type Command, type Terms } from './commands.ts'
import { GatewayBook } from './gateway-book.ts'
import { EXTENSION_S, GOODWILL_IDR, type Model, SESSION_S } from './model.ts'
import { brokenNow, brokenSeals } from './quick-checks.ts'

const staff = { ...admin, reason: 'a history' }
const accounts = [
  'gateway',
  'quarantine',
  'subsidy',
  'commission',
  'shipping',
  'refunds-payable',
  'refunds-in-flight',
] as const
// A second between commands: who pays first is first.
const TICK_S = 1

/** The same session in laku: every command by the use case that people and the gateway reach it by. */
export class World {
  readonly book = new GatewayBook()
  readonly laku: TestLaku
  readonly market: Market
  readonly buyers: readonly Buyer[]
  readonly session: SessionView
  readonly #payments: { id: string; amountIdr: number }[] = []
  readonly #before: ReadonlyMap<string, number>

  private constructor(market: Market, buyers: Buyer[], session: SessionView, before: Map<string, number>) {
    this.laku = market.laku
    this.market = market
    this.buyers = buyers
    this.session = session
    this.#before = before
  }

  static async open(laku: TestLaku, terms: Terms): Promise<World> {
    const market = await Market.open(laku)
    const buyers = await market.buyers(BUYERS)
    await laku.system(async (work) => {
      const userId = buyers[0]!.id
      await openWallets(work, [userId])
      const entries = [debit('subsidy', GOODWILL_IDR), credit(walletAccount(userId), GOODWILL_IDR)]
      await post(work, [{ key: newId(), kind: 'wallet.goodwill', subject: ['user', userId], entries }])
    })
    const { room, ...rest } = terms
    const session = await market.session({ ...rest, capacity: terms.moq + room, endsInS: SESSION_S })
    const before = await laku.system((work) => balancesOf(work, accounts))
    return new World(market, buyers, session, before)
  }

  /** The code of what laku refuses it for, or `ok`. The model says what `nth` there is. */
  async take(command: Command, model: Model): Promise<string> {
    const outcome = await outcomeOf(() => this.#act(command, model))
    this.laku.clock.shift(TICK_S)
    return outcome
  }

  async #act(command: Command, model: Model): Promise<unknown> {
    const { laku, market, session } = this
    const { id: sessionId } = session
    const as = <T>(use: (work: Work) => Promise<T>) => laku.as(staff, use)
    switch (command.do) {
      case 'join':
        return await this.#join(command)
      case 'leave':
        return await market.leave(this.buyers[command.buyer]!, sessionId)
      case 'pay':
        return await this.#pay(command, model)
      case 'expire': {
        const payment = this.#paymentAt(command.nth, model)
        return payment && (await market.expire(payment.id))
      }
      case 'decide':
        return await this.#decide(command)
      case 'send':
        return await this.#send(command.answer)
      case 'pass':
        return await this.#pass(command.minutes * 60, model)
      case 'check':
        return await as((work) => checkSession(work, sessionId))
      case 'close':
        return await as((work) => closeEarly(work, { sessionId }))
      case 'extend': {
        const { endsAt } = await market.see(sessionId)
        return await as((work) =>
          extendSession(work, { sessionId, endsAt: secondsAfter(endsAt, EXTENSION_S) }),
        )
      }
      case 'cancel':
        return await as((work) => cancelSession(work, { sessionId }))
      case 'refund':
        return await as((work) => refundSession(work, { sessionId }))
      case 'fulfil': {
        const actor = command.by === 'staff' ? staff : system
        return await fulfilSession({ units: laku.units, actor }, sessionId)
      }
      case 'stock':
        return await market.addStock(command.units)
      case 'receive': {
        const { good, damaged } = command
        const lines = [{ variantId: market.variantId, good, damaged }]
        return await this.#purchase((work, purchaseOrder) =>
          receivePurchaseOrder(work, { purchaseOrder, lines }),
        )
      }
      case 'endPurchase': {
        const end = command.how === 'cancel' ? cancelPurchaseOrder : closePurchaseOrder
        return await this.#purchase((work, purchaseOrder) => end(work, { purchaseOrder }))
      }
    }
  }

  async #join({ buyer, units, from }: Extract<Command, { do: 'join' }>): Promise<void> {
    const { payment } = await this.market.join(this.buyers[buyer]!, this.session.id, units, {
      paymentMethod: from,
    })
    this.#payments.push({ id: payment.id, amountIdr: payment.amountIdr })
  }

  /** The payment of the place that the command means; nothing where a wallet paid, for it has no invoice. */
  #paymentAt(nth: number, model: Model) {
    const index = model.placeAt(nth)
    return index !== undefined && model.places[index]?.method === 'invoice'
      ? this.#payments[index]
      : undefined
  }

  async #pay(command: Extract<Command, { do: 'pay' }>, model: Model): Promise<void> {
    const { nth, invoice } = command
    const payment = this.#paymentAt(nth, model)
    if (!payment) return
    const { channel, offIdr } = model.taken(nth, invoice) ?? command
    const { id: paymentId, amountIdr } = payment
    const invoiceId = `${paymentId}-${invoice}`
    await this.laku.system((work) =>
      confirmPayments(work, [
        { paymentId, paidAmountIdr: amountIdr + offIdr, paidAt: work.now, channel, invoiceId },
      ]),
    )
  }

  async #decide({ nth, how }: Extract<Command, { do: 'decide' }>): Promise<void> {
    const strays = await this.laku.db
      .selectFrom('quarantinedMoney')
      .select('id')
      .where('status', '=', 'waiting')
      .where('paymentId', 'in', [...this.#payments.map((one) => one.id), newId()])
      .orderBy('id')
      .execute()
    const stray = strays[nth % Math.max(1, strays.length)]
    if (!stray) return
    const { id } = stray
    await this.laku.as(staff, async (work) => {
      if (how === 'refund') await refundQuarantined(work, { id })
      else await applyQuarantined(work, how === 'wallet' ? { id, wallet: 'buyer' } : { id })
    })
  }

  async #send(answer: GatewayBook['answer']): Promise<void> {
    const { laku } = this
    this.book.answer = answer
    const { rows } = await sql<{ id: string; status: string }>`
      select id, status from refunds where status in ('approved', 'submitted', 'failed') order by id`.execute(
      laku.db,
    )
    for (const { id, status } of rows)
      if (status !== 'approved') await laku.as(staff, (work) => retryRefund(work, { refund: id }))
    await submitRefunds(
      { units: laku.units, actor: system, gateway: this.book.gateway },
      rows.map((row) => row.id),
    )
  }

  async #pass(seconds: number, model: Model): Promise<void> {
    const { laku } = this
    if (model.isTooLate(seconds))
      throw new DomainError({ code: 'test.too_late', kind: 'conflict', message: '' })
    laku.clock.shift(seconds)
    await laku.system(sweepSessions)
    await sweepPayments({ units: laku.units, actor: system, gateway: this.book.gateway })
  }

  async #purchase<T>(use: (work: Work, purchaseOrder: string) => Promise<T>): Promise<T> {
    const last = await this.laku.db
      .selectFrom('warehousePurchaseOrders')
      .select('id')
      .where('sessionId', '=', this.session.id)
      .orderBy('id', 'desc')
      .executeTakeFirst()
    if (!last) throw new DomainError({ code: 'test.no_purchase_order', kind: 'not_found', message: '' })
    return await this.laku.as(staff, (work) => use(work, last.id))
  }

  /** The session ends and its refunds arrive: what is left of this history does not reach into the next. */
  async end(): Promise<void> {
    const { laku, session } = this
    await this.#send('succeeded')
    const { endsAt } = await this.market.see(session.id)
    const leftS = (endsAt.getTime() - laku.clock.now().getTime()) / 1000
    laku.clock.shift(Math.max(0, leftS) + TICK_S)
    await laku.system(sweepSessions)
    await this.#send('succeeded')
    expect(await laku.system(brokenSeals)).toEqual([])
  }

  /** Everything that is always true, and everything that the model says, in one snapshot. */
  async compare(model: Model): Promise<void> {
    const { seen, wrong } = await this.laku.system(async (work) => ({
      seen: await this.#look(work),
      wrong: await brokenNow(work),
    }))
    expect(wrong).toEqual([])
    expect(seen).toEqual(expectationOf(model))
    expect(this.book.sentBackIdr).toBe(model.sentBackIdr)
  }

  async #look(work: Work) {
    const { session, market, buyers } = this
    const { rows } = await sql<{
      status: string
      held: number
      paid: number
      people: number
      finalIdr: number | null
    }>`
      select status, held_units as held, paid_units as paid, participants as people, final_unit_price_idr as final_idr
      from group_buying_sessions where id = ${session.id}`.execute(work.tx)
    const places = await sql<{ status: string; orders: number }>`
      select p.status, (select count(*)::integer from orders o where o.participant_id = p.id) as orders
      from group_participants p where p.session_id = ${session.id} order by p.id`.execute(work.tx)
    const stock = await sql<{ onHand: number; reserved: number }>`
      select on_hand, reserved from warehouse_inventory where variant_id = ${market.variantId}`.execute(
      work.tx,
    )
    const own: AccountKey[] = [escrow(session.id), factoryAccount(market.factoryId)]
    const wallets = buyers.map((buyer) => walletAccount(buyer.id))
    const held = await balancesOf(work, [...accounts, ...own, ...wallets])
    const since = (key: AccountKey) => (held.get(key) ?? 0) - (this.#before.get(key) ?? 0)
    return {
      session: rows[0],
      places: places.rows.map((row) => row.status),
      orders: places.rows.map((row) => row.orders),
      stock: stock.rows[0] ?? { onHand: 0, reserved: 0 },
      money: {
        gateway: since('gateway'),
        escrow: since(own[0]!),
        quarantine: since('quarantine'),
        subsidy: since('subsidy'),
        factory: since(own[1]!),
        commission: since('commission'),
        shipping: since('shipping'),
        wallets: wallets.map(since),
      },
      goingBack: { payable: since('refunds-payable'), sent: since('refunds-in-flight') },
    }
  }
}

async function balancesOf(work: Work, keys: readonly AccountKey[]): Promise<Map<string, number>> {
  const rows = await balances(work.tx, keys)
  return new Map(rows.map((row) => [row.account, row.balanceIdr]))
}

function expectationOf(model: Model) {
  const { places, refunds, stock, money } = model
  const sum = (state: 'payable' | 'sent') =>
    refunds.filter((one) => one.state === state).reduce((total, one) => total + one.amountIdr, 0)
  return {
    session: {
      status: model.status,
      held: model.units('held'),
      paid: model.units('paid', 'ordered'),
      people: places.filter((place) => place.status === 'paid' || place.status === 'ordered').length,
      finalIdr: model.finalIdr,
    },
    places: places.map((place) => place.status),
    orders: places.map((place) => (place.status === 'ordered' ? 1 : 0)),
    stock: {
      onHand: stock.free + stock.reserved + stock.ordered,
      reserved: stock.reserved + stock.ordered,
    },
    money,
    goingBack: { payable: sum('payable'), sent: sum('sent') },
  }
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
