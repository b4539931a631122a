import type { Book } from './book.ts'

export type ParcelMove =
  | 'picked_up'
  | 'in_transit'
  | 'delivered'
  | 'returning'
  | 'returned'
  | 'lost'
  | 'cancelled'

const after: { [status: string]: readonly ParcelMove[] } = {
  booked: ['picked_up', 'in_transit', 'delivered', 'returning', 'returned', 'lost', 'cancelled'],
  picked_up: ['in_transit', 'delivered', 'returning', 'returned', 'lost'],
  in_transit: ['delivered', 'returning', 'returned', 'lost'],
  returning: ['delivered', 'returned', 'lost'],
}

/** A parcel, with the price that its courier takes and the margin at the end of its journey. */
export class Parcel {
  status: 'booked' | ParcelMove = 'booked'
  readonly #book: Book
  readonly #feeIdr: number
  readonly #priceIdr: number

  constructor(book: Book, feeIdr: number, priceIdr: number) {
    this.#book = book
    this.#feeIdr = feeIdr
    this.#priceIdr = priceIdr
    book.move('shipping', 'courier-deposit', priceIdr)
  }

  /** True if the parcel still counts, so that no other parcel may replace it. */
  get isLive(): boolean {
    return !['cancelled', 'returned', 'lost'].includes(this.status)
  }

  /** True if the journey is over, so that the fee is used up. */
  get isClosed(): boolean {
    return ['delivered', 'returned', 'lost'].includes(this.status)
  }

  move(to: ParcelMove): boolean {
    if (!after[this.status]?.includes(to)) return false
    this.status = to
    if (to === 'cancelled') this.#book.move('courier-deposit', 'shipping', this.#priceIdr)
    if (this.isClosed) this.#book.move('shipping', 'shipping-margin', this.#feeIdr - this.#priceIdr)
    return true
  }

  /**
   * Books the courier's price as the company's cost, because the order was cancelled and the buyer got the
   * shipping fee back.
   */
  bearFee(): void {
    if (this.isClosed) this.#book.move('subsidy', 'shipping', this.#feeIdr)
  }
}
