import type { Command, Terms } from '../commands.ts'
import { Book } from './book.ts'
import { GIFT_IDR, LONGEST_S } from './figures.ts'
import { type Order, Orders } from './orders.ts'
import { type Payment, Payments } from './payments.ts'
import { Payouts, Withdrawals } from './payouts.ts'
import { Session } from './sessions.ts'
import { Settlements } from './settlements.ts'
import { Stock } from './stock.ts'

/**
 * The model of what should be true, in plain code and without a database: sessions and orders that share
 * buyers, goods and a factory.
 */
export class Model {
  nowS = 0
  readonly book = new Book()
  readonly stock = new Stock()
  readonly payments = new Payments(this.book)
  readonly orders = new Orders(this)
  readonly payouts = new Payouts()
  readonly withdrawals = new Withdrawals(this.book, this.payouts)
  readonly settlements = new Settlements(this.book, this.payouts)
  readonly sessions: readonly Session[]

  constructor(terms: readonly Terms[]) {
    this.sessions = terms.map((term, rank) => new Session(this, term, rank))
    this.book.intoWallet('subsidy', 0, GIFT_IDR, 0)
  }

  /**
   * Carries out a command and returns whether it is allowed. A command that is not allowed changes nothing.
   * Every command takes a second.
   */
  take(command: Command): boolean {
    const allowed = this.#act(command)
    this.nowS++
    return allowed
  }

  session(nth: number): Session {
    return pick(this.sessions, nth) as Session
  }

  order(nth: number): Order | undefined {
    return pick(this.orders.all, nth)
  }

  /** Returns a payment that has an invoice; undefined if the wallet paid it. */
  invoiced(nth: number): Payment | undefined {
    const payment = pick(this.payments.all, nth)
    return payment?.method === 'invoice' ? payment : undefined
  }

  isTooLate(seconds: number): boolean {
    return this.nowS + seconds > LONGEST_S
  }

  #act(command: Command): boolean {
    const { payments, stock, withdrawals, settlements } = this
    const isStaff = 'by' in command && command.by === 'staff'
    switch (command.do) {
      case 'join':
        return this.session(command.session).join(command.buyer, command.pieces, command.from)
      case 'leave':
        return this.session(command.session).leave(command.buyer)
      case 'check':
        return done(this.session(command.session).look())
      case 'close':
        return this.session(command.session).closeEarly()
      case 'extend':
        return this.session(command.session).extend()
      case 'cancel':
        return this.session(command.session).cancel()
      case 'refund':
        return this.session(command.session).refundAll()
      case 'fulfil':
        return this.session(command.session).fulfil(isStaff)
      case 'stock':
        return done(stock.add(command.pieces))
      case 'receive':
        return stock.receive(this.session(command.session), ...this.deliveryOf(command))
      case 'endPurchase':
        return stock.endPurchase(this.session(command.session), command.how)
      case 'pay':
        return this.#with(this.invoiced(command.nth), (payment) =>
          payments.pay(payment, command.invoice, command),
        )
      case 'expire':
        return this.#with(this.invoiced(command.nth), (payment) => payments.expire(payment))
      case 'chargeBack':
        return this.#with(this.invoiced(command.nth), (payment) =>
          payments.chargeBack(payment, Math.floor(payment.amountIdr / command.parts)),
        )
      case 'decide':
        return payments.decide(command.nth, command.how)
      case 'send':
        return done(payments.send(command.answer))
      case 'pass':
        return this.#pass(command.minutes * 60)
      case 'order':
        return this.orders.place(command.buyer, command.pieces, command.from)
      case 'goodwill':
        return done(this.book.intoWallet('subsidy', command.buyer, command.amountIdr, 0))
      case 'withdraw':
        return withdrawals.request(command.buyer, this.amountOf(command))
      case 'withdrawal':
        return this.#with(pick(withdrawals.all, command.nth), (withdrawal) =>
          withdrawals[command.act](withdrawal),
        )
      case 'payouts':
        return done(this.payouts.send(command.answer))
      case 'settle':
        return done(settlements.run())
      case 'settlement':
        return this.#with(pick(settlements.all, command.nth), (item) => settlements.act(item, command.act))
      default:
        return this.#with(this.order(command.nth), (order) => actOn(order, command))
    }
  }

  /** Returns the delivered pieces. Only ordered pieces can be delivered. */
  deliveryOf({ session, good, damaged }: Extract<Command, { do: 'receive' }>): [number[], number[]] {
    const purchase = this.stock.lastPurchaseOf(this.session(session))
    const asked = (pieces: readonly number[]) =>
      pieces.map((units, v) => ((purchase?.quantity[v] ?? 0) > 0 ? units : 0))
    return [asked(good), asked(damaged)]
  }

  /** Returns the amount of a withdrawal; the whole wallet if no amount is given. */
  amountOf({ buyer, amountIdr }: Extract<Command, { do: 'withdraw' }>): number {
    return amountIdr ?? this.book.wallet(buyer)
  }

  #pass(seconds: number): boolean {
    if (this.isTooLate(seconds)) return false
    this.nowS += seconds
    for (const session of this.sessions) session.look()
    for (const payment of this.payments.all)
      if (payment.expiresAtS <= this.nowS) this.payments.expire(payment)
    for (const order of this.orders.all) order.complete()
    return true
  }

  /** Applies `use` to a value. Without a value, nothing is done and nothing counts as refused. */
  #with<T>(value: T | undefined, use: (item: T) => unknown): boolean {
    return value === undefined || use(value) !== false
  }
}

function actOn(order: Order, command: Extract<Command, { of: 'order' }>): boolean {
  switch (command.do) {
    case 'reopen':
      return order.reopen(command.from)
    case 'cancelOrder':
      return order.cancel(command.by === 'staff')
    case 'book':
      return done(order.book(command.priceIdr))
    case 'parcel':
      return order.moveParcel(command.to)
    case 'return':
      return order.askReturn(command)
    case 'inspect':
      return command.how === 'refuse' ? order.refuseReturn() : order.acceptReturn(command.how === 'writeOff')
    default:
      return order[command.do]()
  }
}

/** Returns the nth item, counted modulo their number; the last item for -1. */
export const pick = <T>(all: readonly T[], nth: number): T | undefined => all.at(nth % all.length)

const done = (_: unknown): true => true
