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
  returning: ['returned', 'lost'],
}

/** A parcel: what its courier takes, and what is left of its fee when its way is over. */
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

  /** Another one may take its place. */
  get isLive(): boolean {
    return !['cancelled', 'returned', 'lost'].includes(this.status)
  }

  /** Its way is over, and its fee is spent. */
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
   * Its order is cancelled after all, and its buyer gets the fee that its courier has had: the company's
   * cost.
   */
  bearFee(): void {
    if (this.isClosed) this.#book.move('subsidy', 'shipping', this.#feeIdr)
  }
}
