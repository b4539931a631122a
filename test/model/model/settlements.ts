import type { Book } from './book.ts'
import { SETTLEMENT_MINIMUM_IDR } from './figures.ts'
import type { Item, Order, OrderStatus } from './orders.ts'
import type { Payout, PayoutStatus, Payouts } from './payouts.ts'

/** The change of the factory's balance by one posting of an order item. */
interface Line {
  order: Order
  item: Item
  netIdr: number
  settlement?: Settlement | undefined
}

export interface Settlement {
  netIdr: number
  status: 'calculated' | 'approved' | 'on_hold' | 'void' | 'paid' | Exclude<PayoutStatus, 'succeeded'>
  payout?: Payout
}

/** The statuses in which an order is finished for its factory. */
const settled: readonly OrderStatus[] = ['delivered', 'completed', 'refunded', 'failed', 'cancelled']

export type SettlementAct = 'approve' | 'hold' | 'release' | 'void' | 'pay' | 'retry'

/** The money that the factory is owed, in settlements that are calculated, approved and paid. */
export class Settlements {
  readonly all: Settlement[] = []
  readonly #lines: Line[] = []
  readonly #book: Book
  readonly #payouts: Payouts

  constructor(book: Book, payouts: Payouts) {
    this.#book = book
    this.#payouts = payouts
  }

  note(line: Line): void {
    if (line.netIdr !== 0) this.#lines.push(line)
  }

  /**
   * Settles the open lines that are due. A calculated settlement that has changed since becomes void, and its
   * lines are open again.
   */
  run(): void {
    for (const item of this.all) if (item.status === 'calculated' && this.#hasChanged(item)) this.#void(item)
    const due = this.#lines.filter((line) => !line.settlement && this.#isDue(line))
    const netIdr = due.reduce((sum, line) => sum + line.netIdr, 0)
    if (netIdr < SETTLEMENT_MINIMUM_IDR) return
    const settlement: Settlement = { netIdr, status: 'calculated' }
    this.all.push(settlement)
    for (const line of due) line.settlement = settlement
  }

  act(settlement: Settlement, act: SettlementAct): boolean {
    const { status } = settlement
    if (act === 'hold' && status === 'approved') this.#payouts.dropUnsent(settlement.payout)
    const isLive = ['created', 'submitted', 'succeeded'].includes(settlement.payout?.status ?? '')
    const from: { [act in SettlementAct]: readonly Settlement['status'][] } = {
      approve: ['calculated'],
      hold: ['calculated', 'approved'],
      release: ['on_hold'],
      void: ['calculated'],
      pay: ['approved'],
      retry: ['failed', 'reversed'],
    }
    if (!from[act].includes(status) || (isLive && act !== 'approve')) return false
    if (act === 'approve' && this.#hasChanged(settlement)) return false
    if (act === 'approve') settlement.status = 'approved'
    else if (act === 'hold') settlement.status = 'on_hold'
    else if (act === 'void') this.#void(settlement)
    else if (act === 'release') this.#release(settlement)
    else this.#pay(settlement)
    return true
  }

  #release(settlement: Settlement): void {
    settlement.status = 'calculated'
    if (this.#hasChanged(settlement)) this.#void(settlement)
  }

  /** Pays a settlement. A refund in the meantime prevents the payment. */
  #pay(settlement: Settlement): void {
    settlement.status = this.#hasChanged(settlement) ? 'on_hold' : 'approved'
    if (settlement.status === 'approved')
      settlement.payout = this.#payouts.create((to) => this.#follow(settlement, to))
  }

  #void(settlement: Settlement): void {
    settlement.status = 'void'
    for (const line of this.#lines) if (line.settlement === settlement) line.settlement = undefined
  }

  /**
   * Returns whether an order of the settlement is open again, or something more was posted for one of its
   * items.
   */
  #hasChanged(settlement: Settlement): boolean {
    const own = this.#lines.filter((line) => line.settlement === settlement)
    const items = new Set(own.map((line) => line.item))
    return (
      own.some((line) => !this.#isDue(line, settlement)) ||
      this.#lines.some((line) => !line.settlement && items.has(line.item) && this.#isDue(line, settlement))
    )
  }

  /**
   * Returns whether a line is due. It is due if its order is finished. It is also due if it takes back a sale
   * of another settlement, because the factory has or will get that money.
   */
  #isDue(line: Line, of?: Settlement): boolean {
    const isElsewhere = (line: Line) => line.settlement !== undefined && line.settlement !== of
    const takesBack =
      line.netIdr < 0 &&
      this.#lines.some(
        (otherLine) => otherLine.item === line.item && otherLine.netIdr > 0 && isElsewhere(otherLine),
      )
    return takesBack || settled.includes(line.order.status)
  }

  #follow(settlement: Settlement, to: PayoutStatus): void {
    const { netIdr } = settlement
    settlement.status = to === 'succeeded' ? 'paid' : to
    if (to === 'submitted') this.#book.move('factory', 'payouts-in-flight', netIdr)
    if (to === 'succeeded') this.#book.move('payouts-in-flight', 'gateway', netIdr)
    if (to === 'failed') this.#book.move('payouts-in-flight', 'factory', netIdr)
    if (to === 'reversed') this.#book.move('gateway', 'factory', netIdr)
  }
}
