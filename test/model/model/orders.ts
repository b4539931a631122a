import { commissionOf, ORDER_INVOICE_S, PRICE_IDR, RETURN_WINDOW_S, SHIPPING_IDR } from './figures.ts'
import type { Model } from './model.ts'
import { Parcel, type ParcelMove } from './parcel.ts'
import type { By, Payable, Payment, Sources } from './payments.ts'
import type { Place } from './sessions.ts'
import { type Pieces, sumOf } from './stock.ts'

export type OrderStatus =
  | 'pending_payment'
  | 'paid'
  | 'processing'
  | 'ready_for_pickup'
  | 'picked_up'
  | 'in_transit'
  | 'delivered'
  | 'completed'
  | 'cancelled'
  | 'on_hold'
  | 'failed'
  | 'returning'
  | 'return_requested'
  | 'returned'
  | 'refunded'

/**
 * Pieces of one variant in an order, and the part of their price that the factory and the commission have
 * now.
 */
export interface Item {
  variant: number
  quantity: number
  priceIdr: number
  returned: number
  goodsIdr: number
  commissionIdr: number
}

interface Return {
  /** The number of pieces of each item. */
  pieces: number[]
  isOurFault: boolean
}

const inWarehouse: readonly OrderStatus[] = ['paid', 'processing', 'ready_for_pickup', 'on_hold']

/** A direct order, or an order of a place in a session, with its money, goods and parcels. */
export class Order implements Payable {
  status: OrderStatus = 'pending_payment'
  readonly payments: Payment[] = []
  readonly items: Item[]
  /** The order's parcels. All parcels before the last one have ended. */
  readonly parcels: Parcel[] = []
  /** True if the invoice was not paid, so that a new payment may be requested. */
  #isUnpaid = false
  #refundDecided = false
  #returnUntilS?: number
  #asked?: Return
  readonly #model: Model
  readonly buyer: number
  readonly pieces: Pieces
  readonly place: Place | undefined

  constructor(model: Model, of: { buyer: number; pieces: Pieces; priceIdr: number; place?: Place }) {
    this.#model = model
    this.buyer = of.buyer
    this.pieces = of.pieces
    this.place = of.place
    this.items = of.pieces.flatMap((quantity, variant) =>
      quantity > 0
        ? [
            {
              variant,
              quantity,
              priceIdr: quantity * of.priceIdr,
              returned: 0,
              goodsIdr: 0,
              commissionIdr: 0,
            },
          ]
        : [],
    )
  }

  get #goodsIdr(): number {
    return this.items.reduce((sum, item) => sum + item.priceIdr, 0)
  }

  get totalIdr(): number {
    return this.#goodsIdr + SHIPPING_IDR
  }

  get funds(): string {
    return 'order-funds'
  }

  get parcel(): Parcel | undefined {
    return this.parcels.findLast((parcel) => parcel.isLive)
  }

  /** Opens a payment that is valid for as long as the stock is kept. */
  ask(method: By): void {
    const { payments, nowS } = this.#model
    const draft = { buyer: this.buyer, amountIdr: this.totalIdr, method, isFor: this }
    payments.open({ ...draft, expiresAtS: nowS + ORDER_INVOICE_S }, (payment) => {
      this.payments.push(payment)
    })
  }

  received(payment: Payment): void {
    if (this.status === 'pending_payment') this.status = 'paid'
    else this.#model.payments.giveBack(payment, payment.amountIdr)
  }

  unpaid(): void {
    if (this.status !== 'pending_payment') return
    this.status = 'cancelled'
    this.#isUnpaid = true
    this.#model.stock.release(this)
  }

  reopen(method: By): boolean {
    const { payments, stock } = this.#model
    const draft = { buyer: this.buyer, amountIdr: this.totalIdr, method }
    if (this.status !== 'cancelled' || !this.#isUnpaid || !payments.canPay(draft)) return false
    if (!stock.reserve(this, this.pieces)) return false
    this.status = 'pending_payment'
    this.#isUnpaid = false
    this.ask(method)
    return true
  }

  /** Marks an order as refunded if its money is back and no refund is under way. */
  refunded(): void {
    const { status, payments } = this
    if (status !== 'cancelled' && status !== 'failed' && status !== 'returned') return
    if (status === 'returned' && !this.#refundDecided) return
    const keeps = (payment: Payment) => {
      const neverOurs = payment.status === 'refunded' && payment.returnedIdr === 0
      const holds = status !== 'returned' && payment.returnedIdr < payment.amountIdr
      return payment.wasPaid && !neverOurs && (holds || this.#model.payments.hasRefundUnderWay(payment))
    }
    if (payments.some((payment) => payment.returnedIdr > 0) && !payments.some(keeps)) this.status = 'refunded'
  }

  hold(): boolean {
    if ((this.status !== 'paid' && this.status !== 'processing') || this.parcel) return false
    this.status = 'on_hold'
    return true
  }

  letGo(): boolean {
    if (this.status !== 'on_hold') return false
    this.status = 'processing'
    return true
  }

  cancel(byStaff: boolean): boolean {
    const mayBe: OrderStatus[] = byStaff ? ['pending_payment', ...inWarehouse] : ['pending_payment', 'paid']
    if (!mayBe.includes(this.status) || (!byStaff && this.place)) return false
    // The courier is cancelled first.
    this.parcel?.move('cancelled')
    const wasPaid = this.status !== 'pending_payment'
    this.status = 'cancelled'
    this.#isUnpaid = false
    if (wasPaid) this.#giveAllBack()
    this.#model.stock.release(this)
    for (const parcel of this.parcels) parcel.bearFee()
    return true
  }

  #giveAllBack(): void {
    const kept = this.#kept()
    if (!kept) return
    const goods = this.items.map((item) => ({ item, ...item }))
    const from: Sources | undefined = this.place && [
      ['shipping', SHIPPING_IDR],
      ...this.#takeBack(goods, kept.leftIdr - SHIPPING_IDR),
    ]
    this.#model.payments.giveBack(kept.payment, kept.leftIdr, from)
  }

  /**
   * Returns the payment that has the order's money, and how much of it is left: at most the order's price.
   */
  #kept(): { payment: Payment; leftIdr: number } | undefined {
    const held = this.payments
      .filter(({ status }) => status === 'paid' || status === 'partially_refunded')
      .map((payment) => ({
        payment,
        leftIdr: Math.min(this.totalIdr, payment.amountIdr - payment.returnedIdr),
      }))
      .sort((a, b) => b.leftIdr - a.leftIdr)
    return held[0] && held[0].leftIdr > 0 ? held[0] : undefined
  }

  /**
   * Takes the money for these goods back from factory and commission. The company pays the rest of the
   * buyer's refund.
   */
  #takeBack(
    goods: readonly { item: Item; goodsIdr: number; commissionIdr: number }[],
    refundIdr: number,
  ): Sources {
    const entries = goods.flatMap(({ item, goodsIdr, commissionIdr }): [string, number][] => {
      item.goodsIdr -= goodsIdr
      item.commissionIdr -= commissionIdr
      this.#model.settlements.note({ order: this, item, netIdr: commissionIdr - goodsIdr })
      return [
        ['factory', goodsIdr - commissionIdr],
        ['commission', commissionIdr],
      ]
    })
    const goodsIdr = goods.reduce((sum, item) => sum + item.goodsIdr, 0)
    return [...entries, ['subsidy', refundIdr - goodsIdr]]
  }

  /** Posts the order's money as earned, out of `funds`. The goods get the money that is left for them. */
  earn(funds: string, forGoods: 'whole' | 'nothing' = 'whole'): void {
    for (const item of this.items) {
      const goodsIdr = forGoods === 'whole' ? item.priceIdr : 0
      const commissionIdr = commissionOf(goodsIdr)
      Object.assign(item, { goodsIdr, commissionIdr })
      this.#model.book.move(funds, 'factory', goodsIdr - commissionIdr)
      this.#model.book.move(funds, 'commission', commissionIdr)
      this.#model.settlements.note({ order: this, item, netIdr: goodsIdr - commissionIdr })
    }
    this.#model.book.move(funds, 'shipping', SHIPPING_IDR)
  }

  /** Books a courier at this price. Does nothing if the order must not be sent, or has a booking already. */
  book(priceIdr: number): void {
    if ((this.status !== 'paid' && this.status !== 'processing') || this.parcel) return
    const feeIdr = this.parcels.some((parcel) => parcel.isClosed) ? 0 : SHIPPING_IDR
    this.parcels.push(new Parcel(this.#model.book, feeIdr, priceIdr))
    this.status = 'ready_for_pickup'
  }

  moveParcel(to: ParcelMove): boolean {
    const { parcel } = this
    if (!parcel?.move(to)) return false
    const wasHere = inWarehouse.includes(this.status)
    this.status = to === 'cancelled' ? 'processing' : to === 'lost' ? 'failed' : to
    if (wasHere && to !== 'cancelled') this.#model.stock.ship(this)
    if (to === 'delivered') {
      this.#returnUntilS ??= this.#model.nowS + RETURN_WINDOW_S
      if (!this.place) this.earn(this.funds)
    }
    if (to === 'lost') this.#refundLost()
    return true
  }

  /** Refunds the buyer of a lost parcel. The company pays, and the factory keeps or gets its share. */
  #refundLost(): void {
    const kept = this.#kept()
    if (!this.place) this.earn(this.funds)
    if (kept) this.#model.payments.giveBack(kept.payment, kept.leftIdr, [['subsidy', kept.leftIdr]])
  }

  /** Sends a returned parcel again. */
  sendAgain(): boolean {
    if (this.status !== 'returned' || this.#refundDecided) return false
    this.#model.stock.handOver(this, this, this.pieces)
    this.status = 'processing'
    return true
  }

  /** Refunds the goods of a returned parcel that is not sent again. The courier keeps the fee. */
  refundReturned(): boolean {
    const kept = this.#kept()
    if (this.status !== 'returned' || this.#refundDecided || !kept) return false
    this.#refundDecided = true
    const amountIdr = kept.leftIdr - SHIPPING_IDR
    const goods = this.items.map((item) => ({ item, ...item }))
    const from = this.place && this.#takeBack(goods, amountIdr)
    if (!this.place) this.#model.book.move(this.funds, 'shipping', SHIPPING_IDR)
    this.#model.payments.giveBack(kept.payment, amountIdr, from)
    this.#model.stock.add(this.pieces)
    return true
  }

  /** The buyer requests a return: of everything, or of one piece of the first item that still has one. */
  askReturn(how: { all: boolean; isOurFault: boolean }): boolean {
    if (this.status !== 'delivered' || this.#model.nowS >= (this.#returnUntilS ?? 0)) return false
    const first = this.items.findIndex((item) => item.quantity > item.returned)
    const pieces = this.items.map((item, i) =>
      how.all ? item.quantity - item.returned : Number(i === first),
    )
    this.#asked = { pieces, isOurFault: how.isOurFault }
    this.status = 'return_requested'
    return true
  }

  refuseReturn(): boolean {
    if (this.status !== 'return_requested') return false
    this.status = 'delivered'
    return true
  }

  /** Accepts a return: the goods go into stock or are written off, and the buyer gets their price. */
  acceptReturn(writtenOff: boolean): boolean {
    const kept = this.#kept()
    if (this.status !== 'return_requested' || !this.#asked || !kept) return false
    const { pieces, isOurFault } = this.#asked
    const back = this.items.flatMap((item, i) => {
      const count = pieces[i] ?? 0
      const left = item.quantity - item.returned
      const part = (idr: number) => Math.floor((idr * count) / left)
      return count === 0
        ? []
        : [{ item, count, goodsIdr: part(item.goodsIdr), commissionIdr: part(item.commissionIdr) }]
    })
    for (const { item, count } of back) item.returned += count
    const isAll = this.items.every((item) => item.returned === item.quantity)
    const goodsIdr = Math.min(
      kept.leftIdr,
      back.reduce((sum, row) => sum + row.goodsIdr, 0),
    )
    const feeIdr = isOurFault && isAll ? Math.min(SHIPPING_IDR, kept.leftIdr - goodsIdr) : 0
    this.status = isAll ? 'returned' : 'delivered'
    this.#refundDecided = true
    const from = this.#takeBack(back, goodsIdr + feeIdr)
    this.#model.payments.giveBack(kept.payment, goodsIdr + feeIdr, from)
    if (!writtenOff) {
      const shelf = [0, 0]
      for (const { item, count } of back) shelf[item.variant] = count
      this.#model.stock.add(shelf)
    }
    return true
  }

  complete(): void {
    const isOver = this.#returnUntilS !== undefined && this.#returnUntilS <= this.#model.nowS
    if (this.status === 'delivered' && isOver) this.status = 'completed'
  }
}

export class Orders {
  readonly all: Order[] = []
  readonly #model: Model

  constructor(model: Model) {
    this.#model = model
  }

  place(buyer: number, pieces: Pieces, method: By): boolean {
    const order = new Order(this.#model, { buyer, pieces, priceIdr: PRICE_IDR })
    const { payments, stock } = this.#model
    if (sumOf(pieces) === 0 || !payments.canPay({ buyer, amountIdr: order.totalIdr, method })) return false
    if (!stock.reserve(order, pieces)) return false
    this.all.push(order)
    order.ask(method)
    return true
  }

  /**
   * Turns a place in a session into an order, once its goods are there. Its escrow is released at the
   * session's final price.
   */
  release(place: Place, priceIdr: number): void {
    const { stock, payments } = this.#model
    const { buyer, pieces, payment, session } = place
    const order = new Order(this.#model, { buyer, pieces, priceIdr, place })
    order.status = 'paid'
    order.payments.push(payment)
    this.all.push(order)
    place.status = 'ordered'
    place.order = order
    stock.handOver(session, order, pieces)
    payments.rebate(payment, payment.amountIdr - order.totalIdr)
    order.earn(place.funds)
  }
}
