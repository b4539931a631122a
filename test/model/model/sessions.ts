import type { Terms } from '../commands.ts'
import { escrowOf } from './book.ts'
import { EXTENSION_S, HOLD_S, SESSION_S, SHIPPING_IDR } from './figures.ts'
import type { Model } from './model.ts'
import type { Order } from './orders.ts'
import type { By, Payable, Payment } from './payments.ts'
import { type Pieces, sumOf } from './stock.ts'

const EXTENSIONS = 3

/** A buyer's place in a session. */
export class Place implements Payable {
  status: 'held' | 'paid' | 'ordered' | 'expired' | 'left' | 'refunded' = 'held'
  paidAtS = 0
  order?: Order
  payment!: Payment
  readonly session: Session
  readonly buyer: number
  readonly pieces: Pieces

  constructor(session: Session, buyer: number, pieces: Pieces) {
    this.session = session
    this.buyer = buyer
    this.pieces = pieces
  }

  get units(): number {
    return sumOf(this.pieces)
  }

  get funds(): string {
    return escrowOf(this.session.rank)
  }

  received(payment: Payment): void {
    this.session.received(this, payment)
  }

  unpaid(): void {
    if (this.status === 'held') this.status = 'expired'
  }

  refunded(): void {
    if (this.payment.status === 'refunded' && (this.status === 'paid' || this.status === 'left'))
      this.status = 'refunded'
    this.order?.refunded()
    this.session.settle()
  }
}

/** One group-buying session: its places, their payments and its result. */
export class Session {
  status:
    | 'forming'
    | 'moq_reached'
    | 'pending_stock'
    | 'orders_created'
    | 'success'
    | 'failed'
    | 'cancelled'
    | 'refunded' = 'forming'
  endsAtS = SESSION_S
  finalIdr: number | null = null
  readonly places: Place[] = []
  #extensions = 0
  readonly #model: Model
  readonly #terms: Terms
  readonly rank: number

  constructor(model: Model, terms: Terms, rank: number) {
    this.#model = model
    this.#terms = terms
    this.rank = rank
  }

  units(...statuses: Place['status'][]): number {
    return this.places.filter((p) => statuses.includes(p.status)).reduce((sum, p) => sum + p.units, 0)
  }

  get #capacity(): number {
    return this.#terms.moq + this.#terms.room
  }

  get #isOpen(): boolean {
    return this.status === 'forming' && this.#model.nowS < this.endsAtS
  }

  #live(buyer: number): Place | undefined {
    return this.places.find((p) => p.buyer === buyer && ['held', 'paid', 'ordered'].includes(p.status))
  }

  join(buyer: number, pieces: Pieces, method: By): boolean {
    const { payments, nowS } = this.#model
    const place = new Place(this, buyer, pieces)
    const { units } = place
    const amountIdr = units * (this.#terms.tiers[0]?.unitPriceIdr ?? 0) + SHIPPING_IDR
    if (!this.#isOpen || this.#live(buyer) || units === 0 || units > this.#terms.perUserLimit) return false
    if (this.units('held', 'paid') + units > this.#capacity) return false
    if (!payments.canPay({ buyer, amountIdr, method })) return false
    this.places.push(place)
    const expiresAtS = Math.min(nowS + HOLD_S, this.endsAtS)
    payments.open({ buyer, amountIdr, method, expiresAtS, isFor: place }, (payment) => {
      place.payment = payment
    })
    return true
  }

  received(place: Place, payment: Payment): void {
    if (place.status !== 'held' || this.status !== 'forming') {
      this.#model.payments.giveBack(payment, payment.amountIdr)
      return
    }
    place.status = 'paid'
    place.paidAtS = this.#model.nowS
    const enough = this.#terms.closePolicy === 'at_moq' ? this.#terms.moq : this.#capacity
    if (this.units('paid') >= enough) this.#close()
  }

  leave(buyer: number): boolean {
    const place = this.#live(buyer)
    if (!place || this.status !== 'forming') return false
    if (place.status === 'paid' && this.units('paid') >= this.#terms.moq) return false
    const wasPaid = place.status === 'paid'
    place.status = 'left'
    if (wasPaid) this.#giveBack(place)
    return true
  }

  /** Ends the session if its time is over. */
  look(): void {
    if (this.status !== 'forming' || this.endsAtS > this.#model.nowS) return
    if (this.units('paid') >= this.#terms.moq) this.#close()
    else this.#end('failed')
  }

  closeEarly(): boolean {
    if (!this.#isOpen || this.units('paid') < this.#terms.moq) return false
    this.#close()
    return true
  }

  extend(): boolean {
    if (!this.#isOpen || this.#extensions >= EXTENSIONS) return false
    this.#extensions++
    this.endsAtS += EXTENSION_S
    return true
  }

  cancel(): boolean {
    if (!['forming', 'moq_reached', 'pending_stock'].includes(this.status)) return false
    this.#end('cancelled')
    return true
  }

  /** Refunds all buyers who still wait for an order. Buyers with an order keep it. */
  refundAll(): boolean {
    if (this.status === 'success' || this.status === 'forming') return false
    if (this.status !== 'orders_created') {
      this.cancel()
      return true
    }
    for (const place of this.places) {
      if (place.status !== 'paid') continue
      place.status = 'left'
      this.#giveBack(place)
    }
    this.#model.stock.release(this)
    this.status = 'success'
    return true
  }

  fulfil(isStaff: boolean): boolean {
    if (!['moq_reached', 'pending_stock', 'orders_created', 'success'].includes(this.status)) return false
    const { stock, orders, nowS } = this.#model
    const waiting = this.places
      .filter((place) => place.status === 'paid')
      .sort((a, b) => a.paidAtS - b.paidAtS)
    const wanted = waiting.reduce(
      (sum, { pieces }) => sum.map((units, v) => units + (pieces[v] ?? 0)),
      [0, 0],
    )
    const { missing } = stock.cover(this, wanted, { isStaff, nowS, rank: this.rank })
    if (sumOf(missing) > 0 && this.status === 'moq_reached') this.status = 'pending_stock'
    const served = inTurn(waiting, stock.reservedFor(this))
    for (const place of served) orders.release(place, this.finalIdr ?? 0)
    if (served.length === waiting.length) this.status = 'success'
    else if (served.length > 0) this.status = 'orders_created'
    return true
  }

  /** Marks a failed or cancelled session as refunded once none of its payments has money any more. */
  settle(): void {
    const ended = this.status === 'failed' || this.status === 'cancelled'
    const held = this.places.some(
      ({ payment: { status } }) => status === 'paid' || status === 'partially_refunded',
    )
    if (ended && !held) this.status = 'refunded'
  }

  #close(): void {
    this.status = 'moq_reached'
    const reached = this.#terms.tiers.findLast((tier) => tier.minUnits <= this.units('paid'))
    this.finalIdr = (reached ?? this.#terms.tiers[0])?.unitPriceIdr ?? 0
    for (const place of this.places) place.unpaid()
  }

  #end(status: 'failed' | 'cancelled'): void {
    this.status = status
    this.#model.stock.release(this)
    for (const place of this.places) {
      place.unpaid()
      if (place.status === 'paid') this.#giveBack(place)
    }
    this.settle()
  }

  #giveBack({ payment }: Place): void {
    this.#model.payments.giveBack(payment, payment.amountIdr)
  }
}

/**
 * Returns the places whose pieces are reserved, strictly in their order. Pieces that an earlier place needs
 * are kept for it, even if that place is not complete yet.
 */
function inTurn(queue: readonly Place[], reserved: Pieces): Place[] {
  const left = [...reserved]
  return queue.filter(({ pieces }) => {
    const covered = pieces.every((units, v) => units <= (left[v] ?? 0))
    pieces.forEach((units, v) => {
      left[v] = Math.max(0, (left[v] ?? 0) - units)
    })
    return covered
  })
}
